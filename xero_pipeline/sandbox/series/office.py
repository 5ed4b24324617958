"""The year of a small office: something of every kind, and as many invoices as asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal

from xero_pipeline.sandbox import events as ev

_DAYS = 365
_BANK, _SAVINGS, _SALES, _RENT, _RECEIVABLE = "090", "091", "200", "469", "610"
_ACCOUNTS = (
    (_BANK, "Business account", "BANK", None),
    (_SAVINGS, "Savings", "BANK", None),
    (_SALES, "Sales", "REVENUE", None),
    (_RENT, "Rent", "OVERHEADS", None),
    (_RECEIVABLE, "Accounts receivable", "CURRENT", "DEBTORS"),
    ("800", "Accounts payable", "CURRLIAB", "CREDITORS"),
    ("820", "GST", "CURRLIAB", "GST"),
    ("960", "Retained earnings", "EQUITY", "RETAINEDEARNINGS"),
)
_WORK = ("Retainer", "Consulting", "Advertising")


def opened(key: str, today: dt.date) -> ev.OrganisationOpened:
    """The beginning, a year before `today`."""
    return ev.OrganisationOpened(
        at=_at(today, _DAYS),
        key=key,
        name="Office",
        legal_name="Office Limited",
        country_code="NZ",
        base_currency="NZD",
        timezone="NEWZEALANDSTANDARDTIME",
        iana_timezone="Pacific/Auckland",
        short_code="!o0000",
        organisation_class="PREMIUM",
        financial_year_end_day=31,
        financial_year_end_month=3,
    )


def office(today: dt.date, invoices: int, owner: str) -> Sequence[ev.Event]:
    """What happens after the beginning, in order.

    Args:
        today: the year ends the day before.
        invoices: sales invoices with three lines, a contact for every ten of them; every other
            one is paid.
        owner: the e-mail address of the only user.
    """
    at = _at(today, _DAYS)
    contacts = max(2, min(invoices // 10, 200))
    return [
        *_settings(at, owner),
        *(
            ev.ContactAdded(at, f"contact-{n}", f"Contact {n:03} Limited", f"n{n}@contact.example")
            for n in range(contacts)
        ),
        *_sales(today, invoices, contacts),
        *_everything_else(today),
    ]


def _settings(at: dt.datetime, owner: str) -> Iterator[ev.Event]:
    yield ev.UserAdded(at, "owner", owner, "Olive", "Owner", "STANDARD", is_subscriber=True)
    yield ev.CurrencyAdded(at, "NZD", "New Zealand Dollar")
    for tax_type, name, rate in (
        ("NONE", "No GST", 0),
        ("OUTPUT2", "15% GST on Income", 15),
        ("INPUT2", "15% GST on Expenses", 15),
    ):
        yield ev.TaxRateAdded(at, tax_type, name, Decimal(rate))
    for code, name, type_, system in _ACCOUNTS:
        yield ev.AccountAdded(at, code, name, type_, system_account=system)
    yield ev.TrackingCategoryAdded(at, "team", "Team", ("Design", "Media"))
    yield ev.ItemAdded(at, "SEO", "SEO", "Monthly SEO", Decimal(500), _SALES, "OUTPUT2")
    yield ev.ContactGroupAdded(at, "regulars", "Regulars")
    yield ev.ContactAdded(at, "landlord", "Pier Properties", groups=("regulars",))


def _sales(today: dt.date, invoices: int, contacts: int) -> Iterator[ev.Event]:
    """Raised evenly over the year, due after twenty days, every other one paid after ten."""
    for number in range(invoices):
        ago = _DAYS - 1 - number * (_DAYS - 20) // max(invoices, 1)
        day = today - dt.timedelta(days=ago)
        key = f"INV-{number + 1:05}"
        yield ev.InvoiceRaised(
            at=_at(today, ago),
            key=key,
            type="ACCREC",
            number=key,
            contact=f"contact-{number % contacts}",
            date=day,
            due_date=day + dt.timedelta(days=20),
            lines=tuple(_line(number, text) for text in _WORK),
            currency="NZD",
            sent_to_contact=True,
        )
        if number % 2 == 0:
            total = sum((_line(number, text).unit_amount for text in _WORK), Decimal(0)) * Decimal(
                "1.15"
            )
            yield ev.PaymentMade(
                at=_at(today, ago - 10),
                key=f"payment/{key}",
                target_kind="Invoice",
                target=key,
                account_code=_BANK,
                date=day + dt.timedelta(days=10),
                amount=total,
            )


def _line(number: int, text: str) -> ev.Line:
    """Hundreds of whole tens, so that tax at 15 % needs no rounding."""
    amount = Decimal(100 + 20 * (number % 50) + 100 * len(text))
    return ev.Line(text, Decimal(1), amount, _SALES, "OUTPUT2", tracking=(("Team", "Design"),))


def _everything_else(today: dt.date) -> Iterator[ev.Event]:
    """One of each kind that sales do not make."""
    at, day = _at(today, 5), today - dt.timedelta(days=5)

    def line(amount: int, account: str = _SALES) -> tuple[ev.Line, ...]:
        return (ev.Line("Work", Decimal(1), Decimal(amount), account),)

    def bank(key: str, type_: ev.BankTransactionType, amount: int, account: str) -> ev.Event:
        return ev.BankTransactionPosted(
            at, key, type_, _BANK, day, line(amount, account), "NZD", contact="landlord"
        )

    schedule = ev.Schedule("MONTHLY", 1, 20, "DAYSAFTERINVOICEDATE", day, None)
    yield ev.RepeatingInvoiceSaved(at, "retainer", "ACCREC", "contact-0", schedule, line(90), "NZD")
    yield ev.InvoiceRaised(
        at, "bill", "ACCPAY", "RENT-1", "landlord", day, today, line(800, _RENT), "NZD"
    )
    yield ev.BatchPaymentMade(
        at, "run", "PAYBATCH", _BANK, day,
        (ev.PaymentMade(at, "payment/bill", "Invoice", "bill", _BANK, day, Decimal(800)),),
    )  # fmt: skip
    yield ev.CreditNoteRaised(
        at, "credit", "ACCRECCREDIT", "CN-1", "contact-1", day, line(50), "NZD"
    )
    yield bank("rent", "SPEND", 45, _RENT)
    yield bank("interest", "RECEIVE", 15, _SALES)
    yield bank("deposit", "RECEIVE-PREPAYMENT", 40, _SALES)
    yield bank("too-much", "RECEIVE-OVERPAYMENT", 30, _RECEIVABLE)
    yield ev.BankTransferMade(at, "saving", _BANK, _SAVINGS, day, Decimal(100))
    yield ev.ManualJournalPosted(
        at, "accrual", "Accrue rent", day,
        (ev.JournalLine(_RENT, Decimal(9)), ev.JournalLine("960", Decimal(-9))),
    )  # fmt: skip


def _at(today: dt.date, days_ago: int) -> dt.datetime:
    return dt.datetime.combine(today - dt.timedelta(days=days_ago), dt.time(9), dt.UTC)
