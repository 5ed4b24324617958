-- When each document, in any status, last changed at Xero together with what settles it, and when
-- the sync began that last read it. Something that changed after that is seen by halves: a payment
-- that came in while the pages were read may be there without the AmountDue that it leaves.
with

documents as (
    select organisation_id, invoice_id as document_id, contact_id, updated_date_utc, synced_at
    from staging.invoices
    union all
    select organisation_id, credit_note_id, contact_id, updated_date_utc, synced_at
    from staging.credit_notes
    union all
    select organisation_id, prepayment_id, contact_id, updated_date_utc, synced_at
    from staging.prepayments
    union all
    select organisation_id, overpayment_id, contact_id, updated_date_utc, synced_at
    from staging.overpayments
),

changes as (
    select organisation_id, document_id, updated_date_utc from documents
    union all
    select organisation_id, document_id, updated_date_utc from staging.payments
    union all
    select allocations.organisation_id, allocations.invoice_id, credits.updated_date_utc
    from staging.allocations as allocations
    join documents as credits
        on credits.organisation_id = allocations.organisation_id
        and credits.document_id = allocations.credit_id
),

last_changes as (
    select organisation_id, document_id, max(updated_date_utc) as last_changed_at
    from changes
    group by organisation_id, document_id
)

select
    documents.organisation_id,
    documents.document_id,
    documents.contact_id,
    last_changes.last_changed_at,
    documents.synced_at,
    coalesce(last_changes.last_changed_at > documents.synced_at, false)
        as is_changed_since_read
from documents
join last_changes
    on last_changes.organisation_id = documents.organisation_id
    and last_changes.document_id = documents.document_id
