"""What is open: by age, and document by document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xero_pipeline.console.queries.columns import columns


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


TOTALS = f"""
select {columns(Totals)}
from marts.ar_aging_totals
where organisation_id = $organisation::uuid
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

_OPEN = """
select
    document_date,
    document_type,
    document_number,
    coalesce(canonical_contact_id, contact_id) as contact_id,
    coalesce(canonical_contact_name, contact_name) as contact_name,
    due_date,
    if(days_overdue > 0, days_overdue || ' days overdue', 'not yet due') as detail,
    currency_code,
    amount_due as amount,
    amount_due_base as amount_base,
    deep_link
from {documents}
where organisation_id = $organisation::uuid {chosen}
order by {order}, document_id
"""

_CHOSEN = """
    and ($bucket is null or bucket = $bucket)
    and ($month_bucket is null or month_bucket = $month_bucket)
    and ($contact is null or coalesce(canonical_contact_id, contact_id) = $contact::uuid)
    and (not $only_overdue or days_overdue > 0)
"""
_LARGEST_FIRST = "amount_due_base desc nulls last"

# What was published for today is a table; any other day is worked out.
_TODAYS, _ANY_DAYS = "marts.ar_aging_documents", "marts.ar_aging_as_of($day)"

AGING = _AGING.format(documents=_TODAYS)
AGING_AS_OF = _AGING.format(documents=_ANY_DAYS)
DOCUMENTS = _OPEN.format(documents=_TODAYS, chosen=_CHOSEN, order=_LARGEST_FIRST)
DOCUMENTS_AS_OF = _OPEN.format(documents=_ANY_DAYS, chosen=_CHOSEN, order=_LARGEST_FIRST)
BILLS = _OPEN.format(documents="marts.ap_aging_documents", chosen="", order="due_date")
