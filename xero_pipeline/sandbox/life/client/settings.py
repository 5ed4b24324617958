"""Copper Kettle, a café in Bristol whose books the agency keeps: accounts, taxes, counterparts."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.bank import Account
from xero_pipeline.sandbox.life.desk import Desk

KEY = "client"
BASE = "GBP"
ZONE = "Europe/London"
TAX_RATES = {
    "OUTPUT2": Decimal(20),
    "INPUT2": Decimal(20),
    "ZERORATEDINPUT": Decimal(0),
    "NONE": Decimal(0),
}

CURRENT, DEPOSIT = "091", "092"
SALES, CATERING = "200", "210"
SUSPENSE, ASK_ACCOUNTANT, UNCATEGORISED_INCOME, UNCATEGORISED_EXPENSE = "850", "996", "998", "999"
MONITORED_ACCOUNTS = frozenset(
    {SUSPENSE, ASK_ACCOUNTANT, UNCATEGORISED_INCOME, UNCATEGORISED_EXPENSE}
)

_CHART = (
    Account(SALES, "Café sales", "REVENUE", "OUTPUT2"),
    Account(CATERING, "Catering", "REVENUE", "OUTPUT2"),
    Account(UNCATEGORISED_INCOME, "Uncategorised Income", "OTHERINCOME"),
    Account("310", "Food & drink purchases", "DIRECTCOSTS", "ZERORATEDINPUT"),
    Account("315", "Packaging", "DIRECTCOSTS", "INPUT2"),
    Account("400", "Advertising", "OVERHEADS", "INPUT2"),
    Account("404", "Bank fees", "OVERHEADS"),
    Account("429", "General expenses", "OVERHEADS", "INPUT2"),
    Account("433", "Insurance", "OVERHEADS"),
    Account("445", "Light, power & water", "OVERHEADS", "INPUT2"),
    Account("449", "Motor vehicle expenses", "OVERHEADS", "INPUT2"),
    Account("469", "Rent", "OVERHEADS"),
    Account("473", "Repairs & maintenance", "OVERHEADS", "INPUT2"),
    Account("477", "Wages", "OVERHEADS"),
    Account(UNCATEGORISED_EXPENSE, "Uncategorised Expense", "OVERHEADS"),
    Account("610", "Accounts receivable", "CURRENT", system="DEBTORS"),
    Account("800", "Accounts payable", "CURRLIAB", system="CREDITORS"),
    Account("820", "VAT", "CURRLIAB", system="GST"),
    Account(SUSPENSE, "Suspense", "CURRLIAB"),
    Account("860", "Rounding", "CURRLIAB", system="ROUNDING"),
    Account("960", "Retained earnings", "EQUITY", system="RETAINEDEARNINGS"),
    Account("970", "Owner capital", "EQUITY"),
    Account(ASK_ACCOUNTANT, "Ask my accountant", "OVERHEADS"),
)


class Counterpart(NamedTuple):
    """Someone the café pays or is paid by, and where an accountant would code it."""

    key: str
    name: str
    kind: Literal["SPEND", "RECEIVE"]
    account: str
    tax_type: str
    low: int
    high: int
    weight: int  # how often, relative to the others


COUNTERPARTS = (
    Counterpart("till", "Tapwell Card Payments", "RECEIVE", SALES, "OUTPUT2", 1500, 3200, 7),
    Counterpart("cash", "Cash takings", "RECEIVE", SALES, "OUTPUT2", 180, 520, 2),
    Counterpart("events", "Quayside Events", "RECEIVE", CATERING, "OUTPUT2", 160, 900, 1),
    Counterpart("roastery", "Dockside Roastery", "SPEND", "310", "ZERORATEDINPUT", 180, 420, 4),
    Counterpart("dairy", "Mendip Dairy", "SPEND", "310", "ZERORATEDINPUT", 60, 190, 4),
    Counterpart("bakery", "Hobbs & Daughter Bakery", "SPEND", "310", "ZERORATEDINPUT", 90, 260, 4),
    Counterpart("packaging", "Greenwrap Packaging", "SPEND", "315", "INPUT2", 45, 210, 2),
    Counterpart("hardware", "Temple Hardware", "SPEND", "473", "INPUT2", 8, 140, 2),
    Counterpart("fuel", "Avon Fuel", "SPEND", "449", "INPUT2", 35, 88, 2),
    Counterpart("flyers", "Flyer Factory", "SPEND", "400", "INPUT2", 40, 180, 1),
    Counterpart("market", "St Nick's Market", "SPEND", "429", "INPUT2", 6, 75, 3),
    Counterpart("agency-staff", "Bristol Temps", "SPEND", "477", "NONE", 260, 640, 2),
)


def open_organisation(desk: Desk) -> None:
    """Everything that stands before the first document."""
    diary = desk.diary
    diary.write(
        ev.OrganisationOpened(
            at=diary.stamp(),
            key=KEY,
            name="Copper Kettle Café",
            legal_name="Copper Kettle Café Limited",
            country_code="GB",
            base_currency=BASE,
            timezone="GMTSTANDARDTIME",
            iana_timezone=ZONE,
            short_code="!cK4t9",
            organisation_class="STANDARD",
            financial_year_end_day=31,
            financial_year_end_month=3,
        )
    )
    email = "owner@copperkettle.example"
    diary.write(ev.UserAdded(diary.stamp(), "owner", email, "Dilys", "Marsh", "STANDARD", True))
    diary.write(ev.CurrencyAdded(diary.stamp(), BASE, "British Pound"))
    names = {
        "OUTPUT2": "20% (VAT on Income)",
        "INPUT2": "20% (VAT on Expenses)",
        "ZERORATEDINPUT": "Zero Rated Expenses",
        "NONE": "No VAT",
    }
    for tax_type, rate in TAX_RATES.items():
        diary.write(ev.TaxRateAdded(diary.stamp(), tax_type, names[tax_type], rate))
    desk.open_bank_account(CURRENT, "Business Current", BASE, "402618 51204477")
    desk.open_bank_account(DEPOSIT, "VAT Deposit", BASE, "402618 51204485")
    desk.add_accounts(_CHART)
    for counterpart in COUNTERPARTS:
        diary.write(ev.ContactAdded(diary.stamp(), counterpart.key, counterpart.name))
    diary.write(ev.ContactAdded(diary.stamp(), "tax-office", "HM Revenue & Customs"))
