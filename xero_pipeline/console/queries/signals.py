"""Signals, and the documents that drove them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xero_pipeline.console.queries.columns import columns


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


_SIGNALS = f"""
select {columns(Signal, "documents")}, len(documents) as documents
from {{signals}}
where organisation_id = $organisation::uuid {{of_client}}
order by signal
"""

_DRIVERS = """
with drivers as (
    select unnest(drivers, recursive := true)
    from {signals}
    where organisation_id = $organisation::uuid and signal = $signal {of_client}
),

-- Only of what is open there is an amount due.
documents as (
    select
        document_type,
        document_id,
        document_date,
        coalesce(canonical_contact_id, contact_id) as contact_id,
        coalesce(canonical_contact_name, contact_name) as contact_name,
        due_date,
        nullif(reference, '') as detail,
        currency_code,
        nullif(sign * xero_amount_due, 0) as amount
    from intermediate.documents
    where organisation_id = $organisation::uuid
),

bank_transactions as (
    select
        'bank_transaction' as document_type,
        bank_transaction_id as document_id,
        transaction_date as document_date,
        contact_id,
        contact_name,
        null::date as due_date,
        nullif(reference, '') as detail,
        currency_code,
        if(type like 'SPEND%', -total, total) as amount
    from staging.bank_transactions
    where organisation_id = $organisation::uuid
),

-- Whom a payment is from or to, the document says that it pays.
payments as (
    select
        'payment' as document_type,
        payments.payment_id as document_id,
        payments.payment_date as document_date,
        documents.contact_id,
        documents.contact_name,
        null::date as due_date,
        nullif(payments.reference, '') as detail,
        documents.currency_code,
        null::decimal(18, 2) as amount
    from staging.payments
    left join documents on documents.document_id = payments.document_id
    where payments.organisation_id = $organisation::uuid
),

-- These have no date but that of the next invoice.
repeating_invoices as (
    select
        'repeating_invoice' as document_type,
        repeating_invoice_id as document_id,
        null::date as document_date,
        contact_id,
        contact_name,
        null::date as due_date,
        nullif(reference, '') as detail,
        currency_code,
        sub_total as amount
    from staging.repeating_invoices
    where organisation_id = $organisation::uuid
),

known as (
    from documents
    union all
    from bank_transactions
    union all
    from payments
    union all
    from repeating_invoices
)

select
    known.document_date,
    drivers.document_type,
    drivers.document_number,
    known.contact_id,
    known.contact_name,
    known.due_date,
    known.detail,
    known.currency_code,
    known.amount,
    drivers.amount_base,
    drivers.deep_link
from drivers
left join known
    on known.document_id = drivers.document_id
    and known.document_type = drivers.document_type
order by abs(drivers.amount_base) desc nulls last, drivers.document_id
"""

_AGENCYS = {"signals": "marts.agency_signals", "of_client": ""}
_CLIENTS = {"signals": "marts.client_signals", "of_client": "and client_key = $contact::uuid"}

AGENCY, CLIENT = _SIGNALS.format(**_AGENCYS), _SIGNALS.format(**_CLIENTS)
AGENCY_DRIVERS, CLIENT_DRIVERS = _DRIVERS.format(**_AGENCYS), _DRIVERS.format(**_CLIENTS)
