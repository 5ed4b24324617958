"""Lines as clients send them, held against those that a document has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books.arithmetic import PricedLine, cents, price
from xero_pipeline.sandbox.books.errors import Invalid, Refused
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.books.writing.bodies import CodedBody, LineBody, TrackingBody
from xero_pipeline.sandbox.events import Line, LineAmountTypes

_CONTROL_ACCOUNTS = ("DEBTORS", "CREDITORS")


@dataclass(frozen=True)
class WrittenLines:
    """`was` as in events.DocumentRecoded."""

    lines: tuple[Line, ...]
    was: tuple[int | None, ...]


def written_lines(
    records: Records,
    before: Sequence[PricedLine],
    kind: LineAmountTypes,
    bodies: Sequence[LineBody],
    unit_places: int,
) -> WrittenLines:
    """The lines that a request asks for; those of `before` that it does not name will be gone.

    Raises:
        Invalid: a line names what the organisation does not have, or its sums do not agree.
    """
    if not bodies:
        raise Invalid("One or more line items must be specified")
    was = tuple(_number_before(before, body.line_id) for body in bodies)
    known = [number for number in was if number is not None]
    if len(known) != len(set(known)):
        raise Invalid("A LineItemID stands for one line only")
    lines = tuple(_line(records, kind, body, unit_places) for body in bodies)
    return WrittenLines(lines, was)


def coded_account(records: Records, body: CodedBody) -> doc.Account:
    """The account of a line, by its code or its id.

    Raises:
        Invalid: there is none, it is archived, or it moves by documents alone (bank accounts and
            the two control accounts).
    """
    account = records.chart.find(body.account_id) if body.account_id else None
    if body.account_code:
        by_code = records.chart.get(body.account_code)
        if body.account_id and by_code is not account:
            raise Invalid("AccountCode and AccountID do not name the same account")
        account = by_code
    code = body.account_code or (account.key if account else body.account_id or "")
    if account is None or account.is_bank or account.system_account in _CONTROL_ACCOUNTS:
        raise Invalid(f"Account code '{code}' is not a valid code for this document.")
    if account.status != "ACTIVE":
        raise Invalid(f"Account code '{code}' has been archived, or deleted.")
    return account


def tax_type_of(records: Records, body: CodedBody, account: doc.Account) -> str:
    """The line's tax type, or else its account's. Raises Invalid for one nobody knows."""
    wanted = body.tax_type or account.tax_type
    if wanted != "NONE" and wanted not in records.tax_rates:
        raise Invalid(
            f"The TaxType code '{wanted}' does not exist or cannot be used for this type of "
            "transaction."
        )
    return wanted


def tracking_of(records: Records, body: CodedBody) -> tuple[tuple[str, str], ...]:
    """(category, option) by name. Raises Invalid for one the organisation does not have."""
    return tuple(_tracking(records, each) for each in body.tracking)


def _number_before(before: Sequence[PricedLine], line_id: str | None) -> int | None:
    if line_id is None:
        return None
    for number, line in enumerate(before, start=1):
        if line.id == line_id.lower():
            return number
    raise Invalid(f"The document has no line with the LineItemID {line_id}")


def _line(records: Records, kind: LineAmountTypes, body: LineBody, unit_places: int) -> Line:
    account = coded_account(records, body)
    if not body.description:
        raise Invalid("Description needs to be at least 1 char long.")
    if body.item_code and body.item_code not in records.items:
        raise Invalid(f"Item code '{body.item_code}' is not valid")
    quantity = Decimal(1) if body.quantity is None else body.quantity
    line = Line(
        body.description,
        quantity,
        _unit_amount(body, quantity, unit_places),
        account.key,
        tax_type_of(records, body, account),
        item_code=body.item_code,
        discount_rate=body.discount_rate or None,
        tracking=tracking_of(records, body),
    )
    _require_sums(records, kind, line, body)
    return line


def _unit_amount(body: LineBody, quantity: Decimal, places: int) -> Decimal:
    """Xero works out what is missing of quantity, unit amount and line amount."""
    if body.unit_amount is not None:
        return round(body.unit_amount, places)
    if body.line_amount is None or not quantity:
        raise Invalid("A line item needs a UnitAmount or a LineAmount")
    return body.line_amount / quantity


def _require_sums(records: Records, kind: LineAmountTypes, line: Line, body: LineBody) -> None:
    priced = price(line, "", kind, records.tax_percent(line.tax_type))
    if body.line_amount is not None and cents(body.line_amount) != priced.amount:
        raise Invalid(
            f"The line total {body.line_amount:.2f} does not match the expected line total "
            f"{priced.amount:.2f}"
        )
    if body.tax_amount is not None and cents(body.tax_amount) != priced.tax:
        raise Invalid(
            f"The tax amount {body.tax_amount:.2f} does not match the {priced.tax:.2f} that "
            f"{line.tax_type} makes"
        )


def _tracking(records: Records, body: TrackingBody) -> tuple[str, str]:
    try:
        category = records.categories.find(body.category_id or "") or records.category_named(
            body.category or ""
        )
    except Refused as refusal:
        raise Invalid(str(refusal)) from None
    for name, guid in category.options.items():
        if body.option_id == guid or (body.option_id is None and body.option == name):
            return category.name, name
    raise Invalid(f"The tracking category '{category.name}' has no option '{body.option}'")
