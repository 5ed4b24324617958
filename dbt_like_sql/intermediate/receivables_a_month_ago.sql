-- Open sales invoices of each client as they stood on the same day of the month before.
with

days as (
    select organisation_id, (as_of_date - interval 1 month)::date as day
    from staging.organisations
)

select
    documents.organisation_id,
    documents.canonical_contact_id as contact_id,
    sum(balances.outstanding_base) as open_base,
    coalesce(
        sum(balances.outstanding_base) filter (where days.day > documents.aged_from), 0
    ) as overdue_base,
    coalesce(
        sum(balances.outstanding_base) filter (where days.day - documents.aged_from > 90), 0
    ) as overdue_90_base
from intermediate.document_balances as balances
join days
    on days.organisation_id = balances.organisation_id
    and balances.valid_from <= days.day
    and (balances.valid_to is null or balances.valid_to > days.day)
join intermediate.documents as documents
    on documents.organisation_id = balances.organisation_id
    and documents.document_id = balances.document_id
where documents.ledger = 'receivable' and documents.document_type = 'invoice'
group by documents.organisation_id, documents.canonical_contact_id
