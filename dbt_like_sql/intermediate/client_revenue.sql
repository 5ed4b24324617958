-- What each client was invoiced, less credit notes, with tax: in the last 365 days, and in the 365
-- days up to the same day of the month before.
with

organisations as (
    select
        organisation_id,
        as_of_date,
        (as_of_date - interval 1 month)::date as month_ago
    from staging.organisations
)

select
    documents.organisation_id,
    documents.canonical_contact_id as contact_id,
    any_value(documents.canonical_contact_name) as contact_name,
    coalesce(sum(documents.sign * documents.total_base) filter (
        where documents.document_date > organisations.as_of_date - 365
            and documents.document_date <= organisations.as_of_date
    ), 0)::decimal(18, 2) as revenue_base,
    coalesce(sum(documents.sign * documents.total_base) filter (
        where documents.document_date > organisations.month_ago - 365
            and documents.document_date <= organisations.month_ago
    ), 0)::decimal(18, 2) as revenue_base_month_ago,
    -- The ten largest, for whoever wants to look.
    list(documents.document_id order by documents.total_base desc, documents.document_id) filter (
        where documents.document_date > organisations.as_of_date - 365
            and documents.document_date <= organisations.as_of_date
    )[1:10] as largest_documents
from intermediate.documents as documents
join organisations
    on organisations.organisation_id = documents.organisation_id
where documents.ledger = 'receivable'
    and documents.is_live
    and documents.document_type in ('invoice', 'credit_note')
group by documents.organisation_id, documents.canonical_contact_id
