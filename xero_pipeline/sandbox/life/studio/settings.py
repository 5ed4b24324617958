"""Fernhill Studio, an agency in Leeds that types every invoice: its accounts, taxes and people."""

from __future__ import annotations

from decimal import Decimal

from xero_pipeline.sandbox import events as ev
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
    (RETAINERS, "Retainers", "REVENUE", "OUTPUT2", None),
    (HOSTING, "Hosting & care", "REVENUE", "OUTPUT2", None),
    (PROJECTS, "Projects", "REVENUE", "OUTPUT2", None),
    (TIME, "Hours", "REVENUE", "OUTPUT2", None),
    (SHOP, "Small sales", "REVENUE", "OUTPUT2", None),
    (MEDIA, "Media spend (pass-through)", "REVENUE", "OUTPUT2", None),
    ("498", "Unrealised currency gains", "CURRLIAB", "NONE", "UNREALISEDCURRENCYGAIN"),
    ("499", "Realised currency gains", "CURRLIAB", "NONE", "REALISEDCURRENCYGAIN"),
    ("497", "Bank revaluations", "CURRLIAB", "NONE", "BANKCURRENCYGAIN"),
    ("610", "Accounts receivable", "CURRENT", "NONE", "DEBTORS"),
    ("800", "Accounts payable", "CURRLIAB", "NONE", "CREDITORS"),
    ("820", "VAT", "CURRLIAB", "NONE", "GST"),
    ("860", "Rounding", "CURRLIAB", "NONE", "ROUNDING"),
    ("960", "Retained earnings", "EQUITY", "NONE", "RETAINEDEARNINGS"),
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
    _add_accounts(desk)


def _add_accounts(desk: Desk) -> None:
    diary = desk.diary
    desk.account_currency[CURRENT] = BASE
    diary.write(
        ev.AccountAdded(
            at=diary.stamp(),
            code=CURRENT,
            name="Business Current",
            type="BANK",
            currency=BASE,
            bank_account_type="BANK",
            bank_account_number="206451 83304412",
            enable_payments=True,
        )
    )
    for code, name, account_type, tax_type, system in _CHART:
        diary.write(ev.AccountAdded(diary.stamp(), code, name, account_type, tax_type, system))
