"""Sales of a life from the sandbox as raw rows, without the way through its API.

Contacts, accounts, repeating and sales invoices, credit notes and their allocations: what recurring
revenue is read from. Payments are left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from xero_pipeline.sandbox.events import ContactAdded, ContactChanged, Event, xero_id
from xero_pipeline.sandbox.events import Line as EventLine
from xero_pipeline.sandbox.life.amounts import LineValue, line_values
from xero_pipeline.sandbox.life.truth import History
from xero_pipeline.sandbox.life.truth.history import Document, Template
from xero_pipeline_tests.sql.book import Book
from xero_pipeline_tests.sql.rows import Line
from xero_pipeline_tests.sql.warehouse import Warehouse


class LivedBook(Book):
    """A book whose things have the ids of the sandbox's.

    Several of them with different `key` may share a warehouse: their rows differ by organisation.
    """

    def __init__(
        self, events: Sequence[Event], *, key: str, as_of: dt.date, warehouse: Warehouse
    ) -> None:
        history = History(events)
        self._life = history.opened.key
        super().__init__(
            key,
            as_of=as_of,
            base_currency=history.opened.base_currency,
            warehouse=warehouse,
        )
        self._write_contacts(events, history)
        for account in history.accounts.values():
            self.account(account.code, account.name, account.type)
        for document in history.documents.values():
            self._write_document(history, document)
        self._write_allocations(history)
        for template in history.templates.values():
            self._write_template(history, template)

    def id(self, kind: str, key: str) -> str:
        return super().id(kind, key) if kind == "Organisation" else xero_id(self._life, kind, key)

    def _write_contacts(self, events: Sequence[Event], history: History) -> None:
        names: dict[str, str] = {}
        for event in events:
            if isinstance(event, ContactAdded | ContactChanged) and event.name:
                names[event.key] = event.name
        for key, name in names.items():
            winner = history.merged.get(key)
            self.add(
                "contacts",
                contact_id=self.id("Contact", key),
                name=name,
                contact_status="ARCHIVED" if winner else "ACTIVE",
                merged_to_contact_id=self.id("Contact", winner) if winner else None,
            )

    def _write_document(self, history: History, document: Document) -> None:
        write = {"ACCREC": self.invoice, "ACCRECCREDIT": self.credit_note}.get(document.type)
        if write is None:
            return
        row = write(
            document.key,
            document.contact,
            document.date,
            lines=_lines(document.lines, history.values(document)),
            status=document.status,
            currency=document.currency,
            rate=document.rate,
        )
        if document.type == "ACCREC":
            row["invoice_number"] = document.number
            row["repeating_invoice_id"] = document.template and self.id(
                "RepeatingInvoice", document.template
            )

    def _write_allocations(self, history: History) -> None:
        for event in history.allocations.values():
            credit = history.documents[event.credit_kind, event.credit]
            if credit.type == "ACCRECCREDIT":
                invoice = history.documents["Invoice", event.invoice]
                self.allocate(
                    max(credit.date, invoice.date),
                    event.amount,
                    invoice=event.invoice,
                    credit_note=event.credit,
                )

    def _write_template(self, history: History, template: Template) -> None:
        saved, schedule = template.saved, template.saved.schedule
        values = line_values(saved.lines, saved.line_amount_types, history.tax_rates)
        self.repeating_invoice(
            saved.key,
            saved.contact,
            lines=_lines(saved.lines, values),
            unit=schedule.unit,
            period=schedule.period,
            start=schedule.start_date,
            next_date=schedule.next_scheduled_date,
            end=schedule.end_date,
            type=saved.type,
            status="DELETED" if template.is_deleted else saved.status,
            currency=saved.currency,
        )


def _lines(lines: Sequence[EventLine], values: Sequence[LineValue]) -> tuple[Line, ...]:
    """Without tax, whatever the document says its amounts are."""
    return tuple(
        Line(value.net, value.account_code, line.description, value.tax, line.item_code)
        for line, value in zip(lines, values, strict=True)
    )
