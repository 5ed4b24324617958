-- One row per part of a credit that was set against an invoice or bill. Taken from the credit's
-- side: only there does an allocation carry its own date. A deleted allocation is simply gone.
with

credits as (
    select
        organisation_id,
        'credit_note' as credit_type,
        credit_note_id as credit_id,
        contact.contact_id as credit_contact_id,
        status as credit_status,
        _removed_at is not null as is_removed,
        allocations
    from raw.credit_notes
    union all
    select
        organisation_id,
        'prepayment',
        prepayment_id,
        contact.contact_id,
        status,
        _removed_at is not null,
        allocations
    from raw.prepayments
    union all
    select
        organisation_id,
        'overpayment',
        overpayment_id,
        contact.contact_id,
        status,
        _removed_at is not null,
        allocations
    from raw.overpayments
),

unnested as (
    select
        *,
        unnest(allocations) as allocation,
        generate_subscripts(allocations, 1) as allocation_number
    from credits
)

select
    organisation_id,
    credit_type,
    credit_id,
    allocation_number,
    allocation.allocation_id as allocation_id,
    credit_contact_id,
    credit_status,
    is_removed,
    allocation.invoice.invoice_id as invoice_id,
    allocation.date as allocation_date,
    allocation.amount as amount
from unnested
