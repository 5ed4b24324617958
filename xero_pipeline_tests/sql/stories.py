"""Small books that a seed decides, and edits of them: what a sync may find changed.

A story is written down from its beginning every time, edits included, so that the rows of an edited
organisation are those that a new listing of it would bring.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import Enum
from random import Random

from xero_pipeline_tests.sql.book import Book, Line
from xero_pipeline_tests.sql.organisation import thing_id
from xero_pipeline_tests.sql.warehouse import Warehouse

_WATCHED = "850"
_FIRST_MONTH = dt.date(2025, 9, 10)
_MONTHS = 10


class Edit(Enum):
    """What happens in an organisation between two syncs."""

    INVOICED = "a new sales invoice"
    PAID = "an open invoice is paid"
    CREDITED = "an open invoice is credited"
    VOIDED = "the last invoice is voided"
    MISSING = "an invoice is in no listing any more"
    SPENT = "money is spent on the account that is watched"
    RECODED = "a task's transaction is coded to another account"
    RAISED = "the price of the repeating invoice is raised"
    MERGED = "a contact is merged into another"
    NEXT_DAY = "nothing, and a day has passed"
    MOVED = "nothing, and the organisation has moved to where it is tomorrow already"


@dataclass(frozen=True)
class Story:
    """One organisation.

    Attributes:
        key: its name.
        seed: decides customers, prices, dates and who has paid.
        edits: what has happened since.
    """

    key: str
    seed: int
    edits: tuple[Edit, ...] = ()

    def after(self, *edits: Edit) -> Story:
        return replace(self, edits=self.edits + edits)


def organisation_id(story: Story) -> str:
    """Xero's tenant id of the story's organisation."""
    return thing_id(story.key, "Organisation", story.key)


def tell(story: Story, warehouse: Warehouse) -> None:
    """Write an organisation's raw rows, and those that a sync notes about itself."""
    random = Random(story.seed)  # noqa: S311 - data, not secrets
    edits = story.edits
    book = Book(
        story.key,
        as_of=dt.date(2026, 6, 30) + dt.timedelta(days=edits.count(Edit.NEXT_DAY)),
        base_currency=random.choice(["NZD", "GBP"]),
        timezone="NEWZEALANDSTANDARDTIME" if Edit.MOVED in edits else "UTC",
        warehouse=warehouse,
    )
    _settings(book, edits)
    _customers(book, random, edits)
    _bank(book, random, edits)
    _edited(book, edits)
    book.flush()
    _noted(book, len(edits))


def _settings(book: Book, edits: tuple[Edit, ...]) -> None:
    book.account("090", "Cheque account", type="BANK")
    book.account("091", "Savings", type="BANK")
    book.account("200", "Sales")
    book.account("404", "Software", type="EXPENSE")
    book.account(_WATCHED, "Uncategorised", type="EXPENSE")
    for name in ("Ada", "Bo", "Cy"):
        book.contact(name, email_address=f"{name.lower()}@{book.key}.example")
    book.contact("Dee", merged_to="Cy" if Edit.MERGED in edits else None)


def _customers(book: Book, random: Random, edits: tuple[Edit, ...]) -> None:
    """Ada has a repeating invoice, Bo is billed by hand, Cy and Dee now and then, in dollars."""
    price = random.randrange(500, 3000)
    raised = price + 100 if Edit.RAISED in edits else price
    book.repeating_invoice(
        "plan", "Ada", lines=(Line(raised),), start=_FIRST_MONTH, next_date=dt.date(2026, 7, 10)
    )
    for month in range(_MONTHS):
        day = _month_on(_FIRST_MONTH, month)
        _billed(book, random, f"A{month}", "Ada", day=day, amount=price, repeating="plan")
        _billed(book, random, f"B{month}", "Bo", day=day, amount=price // 2)
        if random.random() < 0.5:
            dollars = {"currency": "USD", "rate": f"0.{random.randrange(55, 65)}"}
            name = random.choice(["Cy", "Dee"])
            amount = random.randrange(50, 900)
            _billed(book, random, f"C{month}", name, day=day, amount=amount, **dollars)
        if random.random() < 0.5:
            amount = random.randrange(50, 400)
            _billed(book, random, f"S{month}", "Cy", day=day, amount=amount, type="ACCPAY")


def _billed(
    book: Book, random: Random, number: str, contact: str, *, day: dt.date, amount: int, **rest: str
) -> None:
    """An invoice with tax, most of them paid, some in two parts, some too late to be known."""
    lines = (Line(amount, description=f"{contact}'s work", tax=amount // 10),)
    due = day + dt.timedelta(days=20)
    row = book.invoice(number, contact, day, due=due, lines=lines, **rest)
    paid_on = due + dt.timedelta(days=random.randrange(-5, 40))
    if random.random() < 0.2 or paid_on > dt.date(2026, 6, 25):
        return
    part = row["total"] // 2 if random.random() < 0.3 else row["total"]
    book.payment(paid_on, part, invoice=number, rate=rest.get("rate"))


def _bank(book: Book, random: Random, edits: tuple[Edit, ...]) -> None:
    for month in range(_MONTHS):
        day = _month_on(_FIRST_MONTH, month)
        account = random.choice([_WATCHED, "404"])
        if account == _WATCHED and Edit.RECODED in edits:
            account = "404"
        _spent(book, f"M{month}", day, random.randrange(10, 900), account)
    book.bank_transfer("saved", _FIRST_MONTH, 100, source="090", target="091")
    for number in range(edits.count(Edit.SPENT)):
        _spent(book, f"now {number}", book.as_of, 70 + number, _WATCHED)


def _spent(book: Book, key: str, day: dt.date, amount: int, account: str) -> None:
    line = Line(amount, account=account, description="Card payment")
    book.bank_transaction(key, "SPEND", day, contact="Cy", lines=(line,))


def _edited(book: Book, edits: tuple[Edit, ...]) -> None:
    """What happened to the month's invoice, in the order of the edits."""
    for number, edit in enumerate(edits):
        match edit:
            case Edit.INVOICED:
                book.invoice(f"E{number}", "Bo", book.as_of, due=book.as_of, total=300 + number)
            case Edit.PAID:
                book.invoice(f"E{number}", "Cy", dt.date(2026, 6, 1), total=50)
                book.payment(book.as_of, 50, invoice=f"E{number}")
            case Edit.CREDITED:
                book.invoice(f"E{number}", "Ada", dt.date(2026, 6, 1), total=80)
                book.credit_note(f"CN{number}", "Ada", dt.date(2026, 6, 20), total=80)
                note = {"invoice": f"E{number}", "credit_note": f"CN{number}"}
                book.allocate(book.as_of, 60, **note)
            case Edit.VOIDED:
                book.invoice(f"E{number}", "Dee", dt.date(2026, 6, 2), total=40, status="VOIDED")
            case Edit.MISSING:
                book.invoice(
                    f"E{number}", "Bo", dt.date(2026, 6, 3), total=30, _removed_at=book.synced_at
                )
            case _:
                pass


def _noted(book: Book, edits: int) -> None:
    book.warehouse.connection.execute(
        """
        insert into ops.syncs by name
        select
            $organisation::uuid as organisation_id,
            unnest(['organisation', 'invoices', 'bank_transactions']) as endpoint,
            $instant::timestamp as started_at,
            $instant::timestamp + to_minutes($edits) as loaded_at,
            1 as rows_received, 1 as rows_changed, 0 as rows_removed
        """,
        {"organisation": book.organisation_id, "instant": book.synced_at, "edits": edits},
    )
    book.warehouse.connection.execute(
        """
        insert into ops.monitored_accounts by name
        select
            $organisation::uuid as organisation_id,
            $account::uuid as account_id,
            365 as look_back_days,
            timestamp '2026-01-01' as selected_at
        where $organisation::uuid not in (select organisation_id from ops.monitored_accounts)
        """,
        {"organisation": book.organisation_id, "account": book.id("Account", _WATCHED)},
    )


def _month_on(day: dt.date, months: int) -> dt.date:
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)
