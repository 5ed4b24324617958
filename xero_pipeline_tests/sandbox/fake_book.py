"""A book written by hand: a few rows of each shape, for tests of the HTTP side alone."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from xero_pipeline.sandbox.books.errors import BadQuery, Invalid, Refused
from xero_pipeline.sandbox.contract import SAME_IDS, Row, Value, Write
from xero_pipeline.sandbox.events import ContactChanged, Event, xero_id

OPENED = dt.datetime(2026, 1, 1, 9, 0, tzinfo=dt.UTC)


@dataclasses.dataclass(frozen=True)
class FakeFile:
    attachment_id: str
    file_name: str
    mime_type: str
    content: bytes


class FakeBook:
    """Invoices INV-001 ... of one contact, one minute apart. `ContactChanged` renames a contact."""

    timezone = ZoneInfo("Pacific/Auckland")

    clock: Callable[[], dt.datetime]

    def __init__(self, key: str, users: Sequence[str], invoices: int = 3) -> None:
        self.key = key
        self.name = f"{key.title()} Ltd"
        self.tenant_id = self.rows_of = xero_id(key, "Organisation", key)
        self.ids = SAME_IDS
        self._rows: dict[str, dict[str, Row]] = {
            "Organisations": {"0": self._organisation()},
            "Users": {email: self._user(email) for email in users},
            "Contacts": {name: self.contact(name) for name in ("Ada", "Bea")},
            "Invoices": {str(n): self._invoice(n) for n in range(1, invoices + 1)},
            "BankTransfers": {"1": self._transfer()},
        }
        self._rows["Contacts"]["Old"] = {**self.contact("Old"), "ContactStatus": "ARCHIVED"}

    def id(self, kind: str, key: str) -> str:
        return xero_id(self.key, kind, key)

    def apply(self, event: Event) -> None:
        if not isinstance(event, ContactChanged) or event.key not in self._rows["Contacts"]:
            raise Refused(f"Not here: {event}")
        row = self._rows["Contacts"][event.key]
        changed = {**row, "Name": event.name, "UpdatedDateUTC": event.at}
        self._rows["Contacts"][event.key] = changed

    def rows(self, resource: str) -> Sequence[Row]:
        return list(self._rows.get(resource, {}).values())

    def row(self, resource: str, key: str) -> Row | None:
        return next((row for row in self.rows(resource) if key in row.values()), None)

    def report(self, name: str, query: Mapping[str, str], today: dt.date) -> Row:
        if name == "AgedReceivablesByContact" and "contactid" not in query:
            raise BadQuery("contactId is required")
        return {
            "ReportID": name,
            "ReportName": name,
            "ReportTitles": [name, self.name, today.isoformat()],
            "UpdatedDateUTC": OPENED,
            "Rows": [],
        }

    def attachments(self, kind: str, document_id: str) -> Sequence[FakeFile]:
        if document_id != self.id("Invoice", "1"):
            return []
        return [
            FakeFile(self.id("Attachment", "a"), "Scope of work.pdf", "application/pdf", b"%PDF")
        ]

    def history(self, kind: str, document_id: str) -> Sequence[Row]:
        return []

    def wanted_events(self, write: Write) -> Sequence[Event]:
        raise Invalid("This book is for reading")

    def contact(self, name: str) -> Row:
        return {
            "ContactID": self.id("Contact", name),
            "ContactStatus": "ACTIVE",
            "Name": name,
            "Addresses": [],
            "ContactGroups": [{"Name": "VIP"}],
            "Balances": {"AccountsReceivable": {"Outstanding": Decimal("10")}},
            "UpdatedDateUTC": OPENED,
        }

    def _organisation(self) -> Row:
        return {
            "Name": self.name,
            "CreatedDateUTC": OPENED,
            "OrganisationID": self.tenant_id,
            "PaymentTerms": {},
        }

    def _user(self, email: str) -> Row:
        first, _, last = email.partition("@")[0].partition(".")
        return {
            "UserID": self.id("User", email),
            "EmailAddress": email,
            "FirstName": first.title(),
            "LastName": last.title(),
        }

    def _invoice(self, number: int) -> Row:
        line: dict[str, Value] = {
            "Description": "Retainer 1/2",
            "UnitAmount": Decimal("33.3333"),
            "Quantity": Decimal(3),
            "LineAmount": Decimal("100.00"),
        }
        return {
            "Type": "ACCREC",
            "InvoiceID": self.id("Invoice", str(number)),
            "InvoiceNumber": f"INV-{number:03}",
            "Reference": None,
            "Payments": [],
            "AmountDue": Decimal(100 * number),
            "SentToContact": False,
            "CurrencyRate": Decimal("0.75") if number % 2 else Decimal("0.7512345678"),
            "HasAttachments": number == 1,
            "Contact": {"ContactID": self.id("Contact", "Ada"), "Name": "Ada", "Addresses": []},
            "Date": dt.date(2026, 1, 2),
            "DueDate": dt.date(2026, 2, number % 28 + 1),
            "Status": "VOIDED" if number == 2 else "AUTHORISED",
            "LineItems": [line],
            "UpdatedDateUTC": OPENED + dt.timedelta(minutes=number, milliseconds=5),
        }

    def _transfer(self) -> Row:
        return {
            "BankTransferID": self.id("BankTransfer", "1"),
            "CreatedDateUTC": OPENED,
            "Date": dt.date(2026, 1, 2),
            "Status": "DELETED",
            "CurrencyRate": Decimal(1),
        }
