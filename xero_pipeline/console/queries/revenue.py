"""Recurring revenue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from xero_pipeline.console.queries.columns import columns


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
MONTHS = f"""
select {columns(MrrMonth)}
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


CUSTOMERS = """
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
PLANS = """
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
