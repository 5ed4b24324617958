"""What an answer changes on a document, and nothing else. Pure functions: values in, values out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from xero_pipeline.tasks.model import Answer, TrackingChoice
from xero_pipeline.xero.writable import Writable
from xero_pipeline.xero.writer import Document

_XERO_DATE = re.compile(r"/Date\((-?\d+)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GONE = {"VOIDED": "was voided", "DELETED": "was deleted"}


class LineContents(BaseModel):
    """A line of a document.

    Attributes:
        number: from 1: Xero gives lines new ids when a document is edited.
        tracking: category's and option's name; None: not known.
        tax_type: None: not known, or none.
    """

    model_config = ConfigDict(frozen=True)

    number: int
    account_id: str | None
    account_code: str | None
    description: str | None
    quantity: Decimal | None
    line_amount: Decimal | None
    tax_amount: Decimal
    tax_type: str | None = None
    tracking: dict[str, str] | None = None

    def says_the_same(self, other: LineContents) -> bool:
        """Whether both are about the same thing on the same account, as far as both know."""
        has_ids = self.account_id and other.account_id
        same_account = (
            self.account_id == other.account_id
            if has_ids
            else self.account_code == other.account_code
        )
        knows_tracking = self.tracking is not None and other.tracking is not None
        return (
            same_account
            and (self.description, self.quantity, self.line_amount, self.tax_amount)
            == (other.description, other.quantity, other.line_amount, other.tax_amount)
            and (not knows_tracking or self.tracking == other.tracking)
        )


class Contents(BaseModel):
    """What a client is asked about: the same as the version of a task, in comparable form.

    Attributes:
        status: Xero's; not compared.
        total: with tax, in `currency_code`; None for journals, whose total is nought.
        currency_code: None where Xero does not say.
    """

    model_config = ConfigDict(frozen=True)

    document_date: date | None
    total: Decimal | None
    currency_code: str | None
    contact_id: str | None
    number: str | None
    reference: str | None
    lines: tuple[LineContents, ...]
    status: str | None = None


@dataclass(frozen=True)
class AccountChoice:
    """Where a line goes; the code is None for accounts that have none."""

    account_id: str
    account_code: str | None


@dataclass(frozen=True)
class Recoding:
    """What changes on a document.

    Attributes:
        lines: the task's lines, by number.
        accounts: line number -> its new account.
        tracking: for all lines of the task.
        contact_id: None: it stays.
    """

    lines: tuple[int, ...]
    accounts: Mapping[int, AccountChoice]
    tracking: tuple[TrackingChoice, ...]
    contact_id: str | None

    @classmethod
    def of(cls, answer: Answer, task_lines: Sequence[int]) -> Recoding:
        """What an answer asks for on these lines; it reaches no other."""
        accounts = {}
        if answer.account_id:
            for_all = AccountChoice(answer.account_id, answer.account_code)
            accounts = dict.fromkeys(task_lines, for_all)
        for line in answer.lines or ():
            if line.line_number in task_lines:
                accounts[line.line_number] = AccountChoice(line.account_id, line.account_code)
        return cls(tuple(task_lines), accounts, answer.tracking, answer.contact_id)


def contents_of(kind: Writable, document: Document) -> Contents:
    """A document as Xero gives it, in the form that can be compared."""
    lines = document.get(kind.lines_field) or []
    return Contents(
        document_date=_day(document, "Date"),
        total=document.get("Total"),
        currency_code=document.get("CurrencyCode"),
        contact_id=(document.get("Contact") or {}).get("ContactID") if kind.has_contact else None,
        number=(document.get(kind.number_field) or None) if kind.number_field else None,
        reference=document.get(kind.reference_field) or None,
        lines=tuple(_line(number, line) for number, line in enumerate(lines, 1)),
        status=document.get("Status"),
    )


def obstacle(document: Document) -> str | None:
    """Why Xero's API takes no other account for a document, in a sentence; None: it may.

    Closed periods, payments and archived accounts are Xero's to refuse.
    Source: developer.xero.com/documentation/api/accounting/banktransactions.
    """
    type_ = document.get("Type") or ""
    if document.get("IsReconciled"):
        return (
            "It is reconciled, and Xero recodes reconciled transactions in its own pages only: "
            "open it in Xero and edit it there."
        )
    if type_.endswith("-TRANSFER"):
        return "It is a transfer between own accounts: delete it in Xero and enter it anew."
    if type_.endswith("PAYMENT"):
        return "It is an over- or prepayment, which Xero's API does not change: edit it in Xero."
    return None


def gone(document: Document) -> str | None:
    """How a document ceased to count, as the end of a sentence; None: it counts."""
    return _GONE.get(document.get("Status") or "")


def differences(seen: Contents, now: Contents) -> tuple[str, ...]:
    """What is not the same any more, by name; what one of the two does not know is."""
    pairs: dict[str, tuple[Any, Any]] = {
        "date": (seen.document_date, now.document_date),
        "total": (seen.total, now.total),
        "currency": (seen.currency_code, now.currency_code),
        "contact": (seen.contact_id, now.contact_id),
    }
    known = {name: pair for name, pair in pairs.items() if name == "contact" or None not in pair}
    found = [name for name, (one, other) in known.items() if one != other]
    if seen.number != now.number:
        found.append("number")
    if seen.reference != now.reference:
        found.append("reference")
    if not _same_lines(seen.lines, now.lines):
        found.append("lines")
    return tuple(found)


def expected(before: Contents, recoding: Recoding) -> Contents:
    """What a document must say after the change: everything else as before."""
    return before.model_copy(
        update={
            "contact_id": recoding.contact_id or before.contact_id,
            "lines": tuple(_expected_line(line, recoding) for line in before.lines),
        }
    )


def is_done(recoding: Recoding, now: Contents) -> bool:
    """Whether everything that the answer asks for is on the document, whatever else is."""
    by_number = {line.number: line for line in now.lines}
    if not set(recoding.lines) <= set(by_number):
        return False
    mine = [by_number[number] for number in recoding.lines]
    return (recoding.contact_id or now.contact_id) == now.contact_id and all(
        _expected_line(line, recoding).says_the_same(line) for line in mine
    )


def change(kind: Writable, document: Document, recoding: Recoding) -> Document:
    """What to send: every line as it was read, but for what the answer changes on the task's.

    Args:
        document: as read a moment ago, unit prices with four decimals.
    """
    sent = {kind.id_field: document[kind.id_field]}
    sent |= {name: _kept(name, document) for name in kind.kept if document.get(name) is not None}
    if recoding.contact_id and kind.has_contact:
        sent["Contact"] = {"ContactID": recoding.contact_id}
    sent[kind.lines_field] = [
        _changed(line, recoding.accounts.get(number), recoding.tracking)
        if number in recoding.lines
        else line
        for number, line in enumerate(document.get(kind.lines_field) or [], 1)
    ]
    return sent


def _changed(
    line: Document, account: AccountChoice | None, tracking: Sequence[TrackingChoice]
) -> Document:
    changed = dict(line)
    if account is not None:
        changed.pop("AccountCode", None)
        changed["AccountID"] = account.account_id
        if account.account_code:
            changed["AccountCode"] = account.account_code
    if tracking:
        chosen = {each.category for each in tracking}
        others = [each for each in line.get("Tracking") or () if each.get("Name") not in chosen]
        changed["Tracking"] = others + [
            {
                "TrackingCategoryID": each.category_id,
                "TrackingOptionID": each.option_id,
                "Name": each.category,
                "Option": each.option,
            }
            for each in tracking
        ]
    return changed


def _kept(name: str, document: Document) -> object:
    """Only what names a contact or an account: their particulars are not ours to repeat."""
    if name == "Contact":
        return {"ContactID": document[name]["ContactID"]}
    if name == "BankAccount":
        return {"AccountID": document[name]["AccountID"]}
    if name == "Date":
        return str(_day(document, name))
    return document[name]


def _line(number: int, line: Document) -> LineContents:
    return LineContents(
        number=number,
        account_id=line.get("AccountID"),
        account_code=line.get("AccountCode"),
        description=line.get("Description") or None,
        quantity=line.get("Quantity"),
        line_amount=line.get("LineAmount"),
        tax_amount=line.get("TaxAmount") or Decimal(0),
        tax_type=line.get("TaxType"),
        tracking={each["Name"]: each["Option"] for each in line.get("Tracking") or ()},
    )


def _expected_line(line: LineContents, recoding: Recoding) -> LineContents:
    if line.number not in recoding.lines:
        return line
    account = recoding.accounts.get(line.number)
    update: dict[str, object] = {}
    if recoding.tracking:
        chosen = {each.category: each.option for each in recoding.tracking}
        update["tracking"] = {**(line.tracking or {}), **chosen}
    if account is not None:
        update |= {"account_id": account.account_id, "account_code": account.account_code}
    return line.model_copy(update=update)


def _same_lines(seen: Sequence[LineContents], now: Sequence[LineContents]) -> bool:
    return len(seen) == len(now) and all(
        one.number == other.number and one.says_the_same(other)
        for one, other in zip(seen, now, strict=True)
    )


def _day(document: Document, name: str) -> date | None:
    """A calendar day: Xero writes it as midnight UTC, and beside it in plain form."""
    if plain := document.get(f"{name}String"):
        return date.fromisoformat(str(plain)[:10])
    found = _XERO_DATE.match(str(document.get(name, "")))
    return (_EPOCH + timedelta(milliseconds=int(found[1]))).date() if found else None
