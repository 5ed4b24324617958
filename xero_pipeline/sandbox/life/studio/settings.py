"""Fernhill Studio, an agency in Leeds that types every invoice: its accounts, taxes and people."""

from __future__ import annotations

from decimal import Decimal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.bank import Account
from xero_pipeline.sandbox.life.desk import Desk

KEY = "studio"
BASE = "GBP"
ZONE = "Europe/London"
USUAL_RATES = {"EUR": 1.1630, "USD": 1.2740}
TAX_RATES = {"OUTPUT2": Decimal(20), "ZERORATED": Decimal(0), "NONE": Decimal(0)}

CURRENT = "090"
RETAINERS, HOSTING, PROJECTS, TIME, SHOP = "200", "205", "210", "215", "230"
MEDIA = "260"
PASS_THROUGH_ACCOUNTS = frozenset({MEDIA})

_CHART = (
    Account(RETAINERS, "Retainers", "REVENUE", "OUTPUT2"),
    Account(HOSTING, "Hosting & care", "REVENUE", "OUTPUT2"),
    Account(PROJECTS, "Projects", "REVENUE", "OUTPUT2"),
    Account(TIME, "Hours", "REVENUE", "OUTPUT2"),
    Account(SHOP, "Small sales", "REVENUE", "OUTPUT2"),
    Account(MEDIA, "Media spend (pass-through)", "REVENUE", "OUTPUT2"),
    Account("498", "Unrealised currency gains", "CURRLIAB", system="UNREALISEDCURRENCYGAIN"),
    Account("499", "Realised currency gains", "CURRLIAB", system="REALISEDCURRENCYGAIN"),
    Account("497", "Bank revaluations", "CURRLIAB", system="BANKCURRENCYGAIN"),
    Account("610", "Accounts receivable", "CURRENT", system="DEBTORS"),
    Account("800", "Accounts payable", "CURRLIAB", system="CREDITORS"),
    Account("820", "VAT", "CURRLIAB", system="GST"),
    Account("860", "Rounding", "CURRLIAB", system="ROUNDING"),
    Account("960", "Retained earnings", "EQUITY", system="RETAINEDEARNINGS"),
)


def open_organisation(desk: Desk) -> None:
    """Everything that stands before the first document."""
    diary = desk.diary
    diary.write(
        ev.OrganisationOpened(
            at=diary.stamp(),
            key=KEY,
            name="Fernhill Studio",
            legal_name="Fernhill Studio Limited",
            country_code="GB",
            base_currency=BASE,
            timezone="GMTSTANDARDTIME",
            iana_timezone=ZONE,
            short_code="!fS3k8",
            organisation_class="STANDARD",
            financial_year_end_day=31,
            financial_year_end_month=3,
        )
    )
    email = "ines@fernhill.example"
    diary.write(ev.UserAdded(diary.stamp(), "ines", email, "Ines", "Fernhill", "STANDARD", True))
    for code, name in ((BASE, "British Pound"), ("EUR", "Euro"), ("USD", "US Dollar")):
        diary.write(ev.CurrencyAdded(diary.stamp(), code, name))
    for tax_type, name in (
        ("OUTPUT2", "20% (VAT on Income)"),
        ("ZERORATED", "Zero Rated Income"),
        ("NONE", "No VAT"),
    ):
        diary.write(ev.TaxRateAdded(diary.stamp(), tax_type, name, TAX_RATES[tax_type]))
    desk.open_bank_account(CURRENT, "Business Current", BASE, "206451 83304412")
    desk.add_accounts(_CHART)
