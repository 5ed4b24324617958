"""Harbour & Pine, a digital agency in Auckland: its chart of accounts, taxes, items and people."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.desk import Desk

KEY = "agency"
BASE = "NZD"
ZONE = "Pacific/Auckland"
USUAL_RATES = {"AUD": 0.9214, "USD": 0.6057}
TAX_RATES = {
    "OUTPUT2": Decimal(15),
    "INPUT2": Decimal(15),
    "ZERORATED": Decimal(0),
    "NONE": Decimal(0),
}

MAIN, WAGES, SAVINGS, US_DOLLARS, CARD = "090", "091", "092", "093", "095"
RETAINERS, HOSTING, PROJECTS, TIME, FEES, SHOP = "200", "205", "210", "215", "220", "230"
MEDIA = "260"
DEBTORS, CREDITORS, GST, PAYE, INCOME_TAX, WAGES_PAYABLE = "610", "800", "820", "825", "830", "814"
LOAN, FUNDS_INTRODUCED, DRAWINGS = "900", "970", "980"
PASS_THROUGH_ACCOUNTS = frozenset({MEDIA})


class _Account(NamedTuple):
    code: str
    name: str
    type: str
    tax_type: str = "NONE"
    system: str | None = None


_BANKS = (
    (MAIN, "Harbour & Pine Current", "NZD", "BANK", "12-3054-0481233-00"),
    (WAGES, "Wages & Tax", "NZD", "BANK", "12-3054-0481233-01"),
    (SAVINGS, "Online Saver", "NZD", "BANK", "12-3054-0481233-50"),
    (US_DOLLARS, "US Dollar Account", "USD", "BANK", "12-3054-0481233-91"),
    (CARD, "Business Visa", "NZD", "CREDITCARD", "4988"),
)

_CHART = (
    _Account(RETAINERS, "Retainer income", "REVENUE", "OUTPUT2"),
    _Account(HOSTING, "Hosting & care plans", "REVENUE", "OUTPUT2"),
    _Account(PROJECTS, "Project income", "REVENUE", "OUTPUT2"),
    _Account(TIME, "Hourly work", "REVENUE", "OUTPUT2"),
    _Account(FEES, "Media management fees", "REVENUE", "OUTPUT2"),
    _Account(SHOP, "Online store", "REVENUE", "OUTPUT2"),
    _Account(MEDIA, "Media spend (pass-through)", "REVENUE", "OUTPUT2"),
    _Account("270", "Interest income", "OTHERINCOME"),
    _Account("310", "Contractors", "DIRECTCOSTS", "INPUT2"),
    _Account("320", "Media bought for clients", "DIRECTCOSTS", "INPUT2"),
    _Account("400", "Advertising", "OVERHEADS", "INPUT2"),
    _Account("404", "Bank fees", "OVERHEADS"),
    _Account("412", "Accounting fees", "OVERHEADS", "INPUT2"),
    _Account("416", "Depreciation", "DEPRECIATN"),
    _Account("420", "Entertainment", "OVERHEADS", "INPUT2"),
    _Account("429", "General expenses", "OVERHEADS", "INPUT2"),
    _Account("437", "Interest expense", "OVERHEADS"),
    _Account("445", "Power & internet", "OVERHEADS", "INPUT2"),
    _Account("463", "Software subscriptions", "OVERHEADS", "INPUT2"),
    _Account("469", "Rent", "OVERHEADS", "INPUT2"),
    _Account("477", "Salaries", "OVERHEADS"),
    _Account("485", "Fax & telex", "OVERHEADS", "INPUT2"),
    _Account("493", "Travel", "OVERHEADS", "INPUT2"),
    _Account("497", "Bank revaluations", "CURRLIAB", system="BANKCURRENCYGAIN"),
    _Account("498", "Unrealised currency gains", "CURRLIAB", system="UNREALISEDCURRENCYGAIN"),
    _Account("499", "Realised currency gains", "CURRLIAB", system="REALISEDCURRENCYGAIN"),
    _Account(DEBTORS, "Accounts receivable", "CURRENT", system="DEBTORS"),
    _Account("710", "Office equipment", "FIXED", "INPUT2"),
    _Account("711", "Less accumulated depreciation", "FIXED"),
    _Account(CREDITORS, "Accounts payable", "CURRLIAB", system="CREDITORS"),
    _Account(WAGES_PAYABLE, "Wages payable", "CURRLIAB"),
    _Account(GST, "GST", "CURRLIAB", system="GST"),
    _Account(PAYE, "PAYE payable", "CURRLIAB"),
    _Account(INCOME_TAX, "Income tax", "CURRLIAB"),
    _Account("850", "Suspense", "CURRLIAB"),
    _Account("860", "Rounding", "CURRLIAB", system="ROUNDING"),
    _Account(LOAN, "Business loan", "TERMLIAB"),
    _Account("960", "Retained earnings", "EQUITY", system="RETAINEDEARNINGS"),
    _Account(FUNDS_INTRODUCED, "Owner funds introduced", "EQUITY"),
    _Account(DRAWINGS, "Owner drawings", "EQUITY"),
)

_USERS = (
    ("tamsin", "Tamsin", "Reeve", "STANDARD", True),
    ("jonah", "Jonah", "Parata", "STANDARD", False),
    ("ledgerly", "Priya", "Nair", "FINANCIALADVISER", False),
)

_ITEMS = (
    ("RETAINER", "Monthly retainer", Decimal(1000), RETAINERS),
    ("CARE", "Website care plan", Decimal(180), HOSTING),
    ("HOUR", "Studio hour", Decimal(165), TIME),
    ("AUDIT", "Online site audit", Decimal("149.00"), SHOP),
    ("TEMPLATE", "Campaign template pack", Decimal("59.00"), SHOP),
    ("FAX", "Fax campaign", Decimal("20.00"), SHOP),
)

TEAM = "Team"
OFFICE = "Office"
GROUPS = ("Retainer clients", "Project clients", "Suppliers")


def open_organisation(desk: Desk) -> None:
    """Everything that stands before the first document."""
    diary = desk.diary
    diary.write(
        ev.OrganisationOpened(
            at=diary.stamp(),
            key=KEY,
            name="Harbour & Pine",
            legal_name="Harbour & Pine Limited",
            country_code="NZ",
            base_currency=BASE,
            timezone="NEWZEALANDSTANDARDTIME",
            iana_timezone=ZONE,
            short_code="!hP7n2",
            organisation_class="PREMIUM",
            financial_year_end_day=31,
            financial_year_end_month=3,
        )
    )
    for key, first, last, role, subscriber in _USERS:
        email = f"{key}@harbourandpine.example"
        diary.write(ev.UserAdded(diary.stamp(), key, email, first, last, role, subscriber))
    for code, name in (
        ("NZD", "New Zealand Dollar"),
        ("AUD", "Australian Dollar"),
        ("USD", "US Dollar"),
    ):
        diary.write(ev.CurrencyAdded(diary.stamp(), code, name))
    _add_taxes_and_accounts(desk)
    for category, options in (
        (TEAM, ("Strategy", "Design", "Build")),
        (OFFICE, ("Auckland", "Wellington")),
    ):
        diary.write(ev.TrackingCategoryAdded(diary.stamp(), category.lower(), category, options))
    for code, name, price, account in _ITEMS:
        diary.write(ev.ItemAdded(diary.stamp(), code, name, name, price, account, "OUTPUT2"))
    for group in GROUPS:
        diary.write(ev.ContactGroupAdded(diary.stamp(), group, group))


def _add_taxes_and_accounts(desk: Desk) -> None:
    diary = desk.diary
    names = {
        "OUTPUT2": "15% GST on Income",
        "INPUT2": "15% GST on Expenses",
        "ZERORATED": "Zero Rated",
        "NONE": "No GST",
    }
    for tax_type, rate in TAX_RATES.items():
        diary.write(ev.TaxRateAdded(diary.stamp(), tax_type, names[tax_type], rate))
    for code, name, currency, bank_type, number in _BANKS:
        desk.account_currency[code] = currency
        diary.write(
            ev.AccountAdded(
                at=diary.stamp(),
                code=code,
                name=name,
                type="BANK",
                currency=currency,
                bank_account_type="CREDITCARD" if bank_type == "CREDITCARD" else "BANK",
                bank_account_number=number,
                enable_payments=True,
            )
        )
    for account in _CHART:
        diary.write(
            ev.AccountAdded(
                diary.stamp(),
                account.code,
                account.name,
                account.type,
                account.tax_type,
                account.system,
            )
        )
