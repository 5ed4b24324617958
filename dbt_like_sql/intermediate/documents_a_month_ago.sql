-- What was open on the same day of the month before: sales invoices, bills and credits.
with

days as (
    select organisation_id, (as_of_date - interval 1 month)::date as day
    from staging.organisations
)

select
    documents.organisation_id,
    documents.ledger,
    documents.document_type,
    documents.document_id,
    documents.canonical_contact_id as contact_id,
    (days.day - documents.aged_from)::integer as days_overdue,
    balances.outstanding_base
from intermediate.document_balances as balances
join days
    on days.organisation_id = balances.organisation_id
    and balances.valid_from <= days.day
    and (balances.valid_to is null or balances.valid_to > days.day)
join intermediate.documents as documents
    on documents.organisation_id = balances.organisation_id
    and documents.document_id = balances.document_id
