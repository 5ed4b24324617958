"""Cash, how long it lasts, and what is ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xero_pipeline.console.queries.columns import columns


@dataclass(frozen=True)
class CashAccount:
    """A bank account or credit card and what it holds; balance_base None without a rate."""

    account_code: str | None
    account_name: str
    currency_code: str
    is_credit_card: bool
    balance: Decimal
    balance_base: Decimal | None
    last_movement_date: date | None


ACCOUNTS = f"""
select {columns(CashAccount)}
from marts.cash_balances
where organisation_id = $organisation::uuid
order by is_credit_card, balance_base desc nulls last, account_id
"""


@dataclass(frozen=True)
class Runway:
    """How long the cash lasts at the burn of some months; see marts.runway."""

    basis: str
    is_default: bool
    state: str
    cash_base: Decimal
    net_burn_base: Decimal | None
    runway_months: Decimal | None
    runway_date: date | None
    band: str | None


RUNWAY = f"""
select {columns(Runway)}
from marts.runway
where organisation_id = $organisation::uuid
order by is_default desc, months_needed, basis
"""


@dataclass(frozen=True)
class Scenario:
    """Cash in a year, if; see marts.runway_scenarios."""

    scenario: str
    runway_date: date | None
    lowest_cash_base: Decimal
    lowest_cash_date: date
    cash_in_90_days_base: Decimal
    cash_in_a_year_base: Decimal


SCENARIOS = f"""
select {columns(Scenario)}
from marts.runway_scenarios
where organisation_id = $organisation::uuid
order by scenario <> 'base', cash_in_a_year_base desc, scenario
"""


@dataclass(frozen=True)
class ForecastWeek:
    """A week ahead; low and high are the edges of the fan, None without past forecasts."""

    week: int
    last_day: date
    receivables_base: Decimal
    scheduled_in_base: Decimal
    bills_base: Decimal
    scheduled_out_base: Decimal
    unannounced_burn_base: Decimal
    closing_base: Decimal
    low_base: Decimal | None
    high_base: Decimal | None


FORECAST = f"""
select {columns(ForecastWeek)}
from marts.cash_forecast_weekly
where organisation_id = $organisation::uuid and scenario = 'base'
order by week
"""

EXPECTED = """
select
    document_date,
    'invoice' as document_type,
    document_number,
    contact_id,
    contact_name,
    due_date,
    'expected ' || strftime(expected_date, '%-d %b %Y') || ', between '
        || strftime(earliest_date, '%-d %b') || ' and ' || strftime(latest_date, '%-d %b %Y')
        as detail,
    currency_code,
    amount_due as amount,
    outstanding_base as amount_base,
    deep_link
from marts.expected_payments
where organisation_id = $organisation::uuid
    and expected_date between $first_day and $last_day
order by expected_date, document_id
"""
