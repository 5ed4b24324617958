"""What the Signals page asks the marts: every SELECT, and what a row of it is.

All are by organisation. A figure, the documents behind it and its CSV come from the same SELECT, so
they cannot differ. `$day`, `$month`, `$contact` and the like are NULL for "any".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True)
class Totals:
    """One organisation's open receivables.

    Attributes:
        as_of_date: the organisation-local day that today's figures stand for.
        xero_view_base: invoices less credit notes and overpayments, as Xero's own report has it.
    """

    as_of_date: date
    base_currency: str
    xero_view_base: Decimal
    net_base: Decimal
    overdue_base: Decimal


TOTALS = """
select as_of_date, base_currency, xero_view_base, net_base, overdue_base
from marts.ar_aging_totals
where organisation_id = $organisation::uuid
"""


@dataclass(frozen=True)
class Signal:
    """A figure that deserves a look; see marts.agency_signals and marts.client_signals."""

    signal: str
    as_of_date: date
    value: Decimal | None
    unit: str
    currency_code: str | None
    change: Decimal | None
    direction: str | None
    band: str | None
    sentence: str
    sentence_previous: str | None
    documents: int


AGENCY_SIGNALS = """
select
    signal, as_of_date, value, unit, currency_code, change, direction, band, sentence,
    sentence_previous, len(documents) as documents
from marts.agency_signals
where organisation_id = $organisation::uuid
order by signal
"""

CLIENT_SIGNALS = """
select
    signal, as_of_date, value, unit, currency_code, change, direction, band, sentence,
    sentence_previous, len(documents) as documents
from marts.client_signals
where organisation_id = $organisation::uuid and client_key = $contact::uuid
order by signal
"""


@dataclass(frozen=True)
class Aged:
    """Open receivables of one bucket by days and one by months overdue, in base currency."""

    bucket: str
    month_bucket: str
    documents: int
    amount_due_base: Decimal


_AGING = """
select
    bucket,
    month_bucket,
    count(*) as documents,
    coalesce(sum(amount_due_base), 0)::decimal(18, 2) as amount_due_base
from {documents}
where organisation_id = $organisation::uuid
group by bucket, month_bucket
order by bucket, month_bucket
"""

_AGING_DOCUMENTS = """
select
    document_date,
    document_type,
    document_number,
    coalesce(canonical_contact_id, contact_id) as contact_id,
    coalesce(canonical_contact_name, contact_name) as contact_name,
    due_date,
    case when days_overdue > 0 then days_overdue || ' days overdue' else 'not yet due' end
        as detail,
    currency_code,
    amount_due as amount,
    amount_due_base as amount_base,
    deep_link
from {documents}
where organisation_id = $organisation::uuid
    and ($bucket is null or bucket = $bucket)
    and ($month_bucket is null or month_bucket = $month_bucket)
    and ($contact is null or coalesce(canonical_contact_id, contact_id) = $contact::uuid)
    and (not $only_overdue or days_overdue > 0)
order by amount_due_base desc nulls last, document_id
"""

# What was published for today is a table; any other day is worked out.
_TODAYS, _ANY_DAYS = "marts.ar_aging_documents", "marts.ar_aging_as_of($day)"

AGING = _AGING.format(documents=_TODAYS)
AGING_AS_OF = _AGING.format(documents=_ANY_DAYS)
AGING_DOCUMENTS = _AGING_DOCUMENTS.format(documents=_TODAYS)
AGING_DOCUMENTS_AS_OF = _AGING_DOCUMENTS.format(documents=_ANY_DAYS)


@dataclass(frozen=True)
class MrrMonth:
    """Monthly recurring revenue in base currency; see marts.mrr_monthly."""

    month: date
    is_complete: bool
    opening: Decimal
    new: Decimal
    reactivation: Decimal
    expansion: Decimal
    fx: Decimal
    contraction: Decimal
    churn: Decimal
    closing: Decimal
    customers: int
    nrr: Decimal | None
    grr: Decimal | None


# A month is measured at its end: on a day in the past, the one under way had no figure yet.
MRR_MONTHS = """
select
    month, is_complete, opening, new, reactivation, expansion, fx, contraction, churn, closing,
    customers, nrr, grr
from marts.mrr_monthly
where organisation_id = $organisation::uuid
    and month <= $day
    and month > $day - interval 13 months
    and (last_day(month) <= $day or $is_today)
order by month
"""


@dataclass(frozen=True)
class MrrCustomer:
    """A customer's recurring revenue at a month's end, and what changed in the month.

    Attributes:
        movements: what happened, "new" or "contraction, fx"; empty when nothing did.
        change_base: signed, in base currency.
        source: None for a customer that has left.
    """

    contact_id: UUID
    contact_name: str | None
    mrr_base: Decimal
    movements: str
    change_base: Decimal
    source: str | None
    confidence: Decimal | None


MRR_CUSTOMERS = """
with customers as (
    select contact_id, contact_name, mrr_base, source, confidence
    from marts.mrr_customers
    where organisation_id = $organisation::uuid and month = $month
),

-- Contraction and churn are told as positive amounts.
changes as (
    select
        contact_id,
        any_value(contact_name) as contact_name,
        string_agg(movement, ', ' order by movement) as movements,
        sum(if(movement in ('contraction', 'churn'), -amount_base, amount_base)) as change_base
    from marts.mrr_movements
    where organisation_id = $organisation::uuid and month = $month
    group by contact_id
)

select
    contact_id,
    coalesce(customers.contact_name, changes.contact_name) as contact_name,
    coalesce(customers.mrr_base, 0)::decimal(18, 2) as mrr_base,
    coalesce(changes.movements, '') as movements,
    coalesce(changes.change_base, 0)::decimal(18, 2) as change_base,
    customers.source,
    customers.confidence
from customers
full join changes using (contact_id)
order by mrr_base desc, change_base, contact_id
"""

# A template's price has no document but the template itself. With `$only_movement`, of customers
# with that movement: of the month before, too, where those of the churned are.
PLAN_DOCUMENTS = """
select
    last_invoice_date as document_date,
    if(price_invoice_id is null, 'repeating_invoice', 'invoice') as document_type,
    price_invoice_number as document_number,
    contact_id,
    contact_name,
    null::date as due_date,
    strftime(month, '%b %Y') || ': ' || coalesce(reference, why, 'repeating invoice') as detail,
    currency_code,
    price as amount,
    mrr_base as amount_base,
    intermediate.document_link($short_code, 'receivable', 'invoice', price_invoice_id, null)
        as deep_link
from marts.mrr_plans
where organisation_id = $organisation::uuid
    and ($contact is null or contact_id = $contact::uuid)
    and month in ($month, if($movement is null, $month, $month - interval 1 month))
    and (
        $movement is null
        or contact_id in (
            select contact_id
            from marts.mrr_movements
            where organisation_id = $organisation::uuid and month = $month and movement = $movement
        )
    )
order by contact_name, contact_id, month, mrr_base desc, plan_id
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


RUNWAY = """
select basis, is_default, state, cash_base, net_burn_base, runway_months, runway_date, band
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


SCENARIOS = """
select
    scenario, runway_date, lowest_cash_base, lowest_cash_date, cash_in_90_days_base,
    cash_in_a_year_base
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


FORECAST = """
select
    week, last_day, receivables_base, scheduled_in_base, bills_base, scheduled_out_base,
    unannounced_burn_base, closing_base, low_base, high_base
from marts.cash_forecast_weekly
where organisation_id = $organisation::uuid and scenario = 'base'
order by week
"""


@dataclass(frozen=True)
class Risk:
    """How likely a client is to pay late, and what that puts at stake; see marts.overdue_risk."""

    contact_id: UUID
    contact_name: str
    band: str
    score: int | None
    reason_codes: list[str]
    sentence: str
    open_invoices: int
    outstanding_base: Decimal
    overdue_base: Decimal
    exposure_base: Decimal
    p_over_30: Decimal
    next_expected_date: date | None


_RISKS = """
select
    contact_id, contact_name, band, score, reason_codes, sentence, open_invoices, outstanding_base,
    overdue_base, exposure_base, p_over_30, next_expected_date
from marts.overdue_risk
where organisation_id = $organisation::uuid and {wanted}
order by score desc nulls last, exposure_base desc, contact_id
"""

RISKS = _RISKS.format(wanted="open_invoices > 0")
CLIENT_RISK = _RISKS.format(wanted="contact_id = $contact::uuid")


@dataclass(frozen=True)
class Client:
    client_name: str


CLIENT = """
select client_name
from marts.clients
where organisation_id = $organisation::uuid and client_key = $contact::uuid
"""


@dataclass(frozen=True)
class Document:
    """A document behind a figure.

    Attributes:
        detail: what it says about the figure.
        amount: in currency_code; None where only base currency counts.
        deep_link: its page in Xero; None when it has none.
    """

    document_date: date | None
    document_type: str
    document_number: str | None
    contact_id: UUID | None
    contact_name: str | None
    due_date: date | None
    detail: str | None
    currency_code: str | None
    amount: Decimal | None
    amount_base: Decimal | None
    deep_link: str | None


_DRIVERS = """
with drivers as (
    select unnest(drivers, recursive := true)
    from {signals}
    where organisation_id = $organisation::uuid and signal = $signal {of_client}
),

-- Of those that are open more is known.
open_documents as (
    select document_id, document_date, contact_id, contact_name, due_date, currency_code, amount_due
    from marts.ar_aging_documents
    where organisation_id = $organisation::uuid
    union all
    select document_id, document_date, contact_id, contact_name, due_date, currency_code, amount_due
    from marts.ap_aging_documents
    where organisation_id = $organisation::uuid
)

select
    open_documents.document_date,
    drivers.document_type,
    drivers.document_number,
    open_documents.contact_id,
    open_documents.contact_name,
    open_documents.due_date,
    null::varchar as detail,
    open_documents.currency_code,
    open_documents.amount_due as amount,
    drivers.amount_base,
    drivers.deep_link
from drivers
left join open_documents using (document_id)
order by abs(drivers.amount_base) desc nulls last, drivers.document_id
"""

AGENCY_DRIVERS = _DRIVERS.format(signals="marts.agency_signals", of_client="")
CLIENT_DRIVERS = _DRIVERS.format(
    signals="marts.client_signals", of_client="and client_key = $contact::uuid"
)

EXPECTED_DOCUMENTS = """
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

BILL_DOCUMENTS = """
select
    document_date,
    document_type,
    document_number,
    coalesce(canonical_contact_id, contact_id) as contact_id,
    coalesce(canonical_contact_name, contact_name) as contact_name,
    due_date,
    case when days_overdue > 0 then days_overdue || ' days overdue' else 'not yet due' end
        as detail,
    currency_code,
    amount_due as amount,
    amount_due_base as amount_base,
    deep_link
from marts.ap_aging_documents
where organisation_id = $organisation::uuid
order by due_date, document_id
"""


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


CASH_ACCOUNTS = """
select
    account_code, account_name, currency_code, is_credit_card, balance, balance_base,
    last_movement_date
from marts.cash_balances
where organisation_id = $organisation::uuid
order by is_credit_card, balance_base desc nulls last, account_id
"""
