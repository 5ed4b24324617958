"""A book of a few events, written by hand, with sums that fit on a napkin."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from xero_pipeline.sandbox import events as ev

OPENED = dt.datetime(2024, 1, 1, 8, 0, tzinfo=dt.UTC)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def line(price: str, account: str = "200", tax: str = "NONE", *, qty: str = "1") -> ev.Line:
    return ev.Line("Work", Decimal(qty), Decimal(price), account, tax)


class TinyBook:
    """Collects events a minute apart. Base currency NZD, financial year to 31 March, GST 15 %."""

    def __init__(self) -> None:
        self.events: list[ev.Event] = []
        self._open()

    def at(self) -> dt.datetime:
        return OPENED + dt.timedelta(minutes=len(self.events))

    def add(self, event: ev.Event) -> None:
        self.events.append(event)

    def id(self, kind: str, key: str) -> str:
        return ev.xero_id("tiny", kind, key)

    def invoice(
        self,
        key: str,
        date: str,
        *lines: ev.Line,
        type: ev.InvoiceType = "ACCREC",
        contact: str = "ann",
        due: str | None = None,
        rate: str | None = None,
        status: Literal["DRAFT", "AUTHORISED"] = "AUTHORISED",
        mode: ev.LineAmountTypes = "Exclusive",
        template: str | None = None,
    ) -> None:
        self.add(
            ev.InvoiceRaised(
                at=self.at(),
                key=key,
                type=type,
                number=key,
                contact=contact,
                date=day(date),
                due_date=day(due) if due else None,
                lines=lines,
                currency="USD" if rate else "NZD",
                currency_rate=Decimal(rate) if rate else None,
                status=status,
                line_amount_types=mode,
                repeating_invoice=template,
            )
        )

    def status(
        self, key: str, status: Literal["AUTHORISED", "VOIDED", "DELETED"] = "VOIDED"
    ) -> None:
        self.add(ev.InvoiceStatusChanged(self.at(), key, status))

    def credit_note(self, key: str, date: str, *lines: ev.Line, rate: str | None = None) -> None:
        self.add(
            ev.CreditNoteRaised(
                at=self.at(),
                key=key,
                type="ACCRECCREDIT",
                number=key,
                contact="ann",
                date=day(date),
                lines=lines,
                currency="USD" if rate else "NZD",
                currency_rate=Decimal(rate) if rate else None,
            )
        )

    def allocate(
        self, key: str, credit: str, invoice: str, amount: str, kind: ev.CreditKind = "CreditNote"
    ) -> None:
        self.add(ev.CreditAllocated(self.at(), key, kind, credit, invoice, Decimal(amount)))

    def pay(
        self,
        key: str,
        target: str,
        date: str,
        amount: str,
        *,
        kind: ev.PayableKind = "Invoice",
        account: str = "090",
        rate: str | None = None,
        bank_amount: str | None = None,
    ) -> None:
        self.add(
            ev.PaymentMade(
                at=self.at(),
                key=key,
                target_kind=kind,
                target=target,
                account_code=account,
                date=day(date),
                amount=Decimal(amount),
                bank_amount=Decimal(bank_amount) if bank_amount else None,
                currency_rate=Decimal(rate) if rate else None,
            )
        )

    def bank(
        self,
        key: str,
        type: ev.BankTransactionType,
        date: str,
        *lines: ev.Line,
        account: str = "090",
        rate: str | None = None,
    ) -> None:
        self.add(
            ev.BankTransactionPosted(
                at=self.at(),
                key=key,
                type=type,
                account_code=account,
                date=day(date),
                lines=lines,
                currency="USD" if rate else "NZD",
                contact="ann",
                currency_rate=Decimal(rate) if rate else None,
            )
        )

    def template(
        self,
        key: str,
        price: str,
        start: str,
        *,
        unit: Literal["WEEKLY", "MONTHLY"] = "MONTHLY",
        period: int = 1,
        contact: str = "ann",
        end: str | None = None,
        currency: str = "NZD",
        type: ev.InvoiceType = "ACCREC",
    ) -> None:
        self.add(
            ev.RepeatingInvoiceSaved(
                at=self.at(),
                key=key,
                type=type,
                contact=contact,
                schedule=ev.Schedule(
                    unit=unit,
                    period=period,
                    due_date=20,
                    due_date_type="DAYSAFTERINVOICEDATE",
                    start_date=day(start),
                    next_scheduled_date=day(start),
                    end_date=day(end) if end else None,
                ),
                lines=(line(price),),
                currency=currency,
            )
        )

    def delete_template(self, key: str) -> None:
        self.add(ev.RepeatingInvoiceDeleted(self.at(), key))

    def _open(self) -> None:
        self.add(
            ev.OrganisationOpened(
                at=OPENED,
                key="tiny",
                name="Tiny",
                legal_name="Tiny Limited",
                country_code="NZ",
                base_currency="NZD",
                timezone="NEWZEALANDSTANDARDTIME",
                iana_timezone="Pacific/Auckland",
                short_code="!tiny",
                organisation_class="PREMIUM",
                financial_year_end_day=31,
                financial_year_end_month=3,
            )
        )
        self.add(ev.TaxRateAdded(self.at(), "OUTPUT2", "15% GST on Income", Decimal(15)))
        for code, currency, kind in (
            ("090", "NZD", "BANK"),
            ("093", "USD", "BANK"),
            ("095", "NZD", "CREDITCARD"),
        ):
            self.add(
                ev.AccountAdded(
                    at=self.at(),
                    code=code,
                    name=f"Bank {code}",
                    type="BANK",
                    currency=currency,
                    bank_account_type="CREDITCARD" if kind == "CREDITCARD" else "BANK",
                )
            )
        for code, name, account_type, system in (
            ("200", "Sales", "REVENUE", None),
            ("260", "Media (pass-through)", "REVENUE", None),
            ("429", "General", "OVERHEADS", None),
            ("437", "Interest", "OVERHEADS", None),
            ("610", "Receivables", "CURRENT", "DEBTORS"),
            ("800", "Payables", "CURRLIAB", "CREDITORS"),
            ("820", "GST", "CURRLIAB", "GST"),
            ("830", "Income tax", "CURRLIAB", None),
            ("900", "Loan", "TERMLIAB", None),
            ("970", "Owner", "EQUITY", None),
            ("999", "Uncategorised", "OVERHEADS", None),
        ):
            self.add(ev.AccountAdded(self.at(), code, name, account_type, "NONE", system))
        for contact in ("ann", "bob"):
            self.add(ev.ContactAdded(self.at(), contact, contact.title()))
