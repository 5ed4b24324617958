"""Harbour & Pine, a digital agency in Auckland: its chart of accounts, taxes, items and people."""

from __future__ import annotations

from decimal import Decimal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.bank import Account
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


_BANKS = (
    (MAIN, "Harbour & Pine Current", "NZD", "12-3054-0481233-00"),
    (WAGES, "Wages & Tax", "NZD", "12-3054-0481233-01"),
    (SAVINGS, "Online Saver", "NZD", "12-3054-0481233-50"),
    (US_DOLLARS, "US Dollar Account", "USD", "12-3054-0481233-91"),
)

_CHART = (
    Account(RETAINERS, "Retainer income", "REVENUE", "OUTPUT2"),
    Account(HOSTING, "Hosting & care plans", "REVENUE", "OUTPUT2"),
    Account(PROJECTS, "Project income", "REVENUE", "OUTPUT2"),
    Account(TIME, "Hourly work", "REVENUE", "OUTPUT2"),
    Account(FEES, "Media management fees", "REVENUE", "OUTPUT2"),
    Account(SHOP, "Online store", "REVENUE", "OUTPUT2"),
    Account(MEDIA, "Media spend (pass-through)", "REVENUE", "OUTPUT2"),
    Account("270", "Interest income", "OTHERINCOME"),
    Account("310", "Contractors", "DIRECTCOSTS", "INPUT2"),
    Account("320", "Media bought for clients", "DIRECTCOSTS", "INPUT2"),
    Account("400", "Advertising", "OVERHEADS", "INPUT2"),
    Account("404", "Bank fees", "OVERHEADS"),
    Account("412", "Accounting fees", "OVERHEADS", "INPUT2"),
    Account("416", "Depreciation", "DEPRECIATN"),
    Account("420", "Entertainment", "OVERHEADS", "INPUT2"),
    Account("429", "General expenses", "OVERHEADS", "INPUT2"),
    Account("437", "Interest expense", "OVERHEADS"),
    Account("445", "Power & internet", "OVERHEADS", "INPUT2"),
    Account("463", "Software subscriptions", "OVERHEADS", "INPUT2"),
    Account("469", "Rent", "OVERHEADS", "INPUT2"),
    Account("477", "Salaries", "OVERHEADS"),
    Account("485", "Fax & telex", "OVERHEADS", "INPUT2"),
    Account("493", "Travel", "OVERHEADS", "INPUT2"),
    Account("497", "Bank revaluations", "CURRLIAB", system="BANKCURRENCYGAIN"),
    Account("498", "Unrealised currency gains", "CURRLIAB", system="UNREALISEDCURRENCYGAIN"),
    Account("499", "Realised currency gains", "CURRLIAB", system="REALISEDCURRENCYGAIN"),
    Account(DEBTORS, "Accounts receivable", "CURRENT", system="DEBTORS"),
    Account("710", "Office equipment", "FIXED", "INPUT2"),
    Account("711", "Less accumulated depreciation", "FIXED"),
    Account(CREDITORS, "Accounts payable", "CURRLIAB", system="CREDITORS"),
    Account(WAGES_PAYABLE, "Wages payable", "CURRLIAB"),
    Account(GST, "GST", "CURRLIAB", system="GST"),
    Account(PAYE, "PAYE payable", "CURRLIAB"),
    Account(INCOME_TAX, "Income tax", "CURRLIAB"),
    Account("850", "Suspense", "CURRLIAB"),
    Account("860", "Rounding", "CURRLIAB", system="ROUNDING"),
    Account(LOAN, "Business loan", "TERMLIAB"),
    Account("960", "Retained earnings", "EQUITY", system="RETAINEDEARNINGS"),
    Account(FUNDS_INTRODUCED, "Owner funds introduced", "EQUITY"),
    Account(DRAWINGS, "Owner drawings", "EQUITY"),
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
    for bank in _BANKS:
        desk.open_bank_account(*bank)
    desk.open_bank_account(CARD, "Business Visa", BASE, "4988", kind="CREDITCARD")
    desk.add_accounts(_CHART)
