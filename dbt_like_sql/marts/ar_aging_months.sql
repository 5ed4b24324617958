-- Aged receivables now, by whole calendar months, as Xero's web report shows them by default: all six
-- of every organisation, empty ones with zero. By the due date and by the documents' own dates.
with

months as (
    select
        organisations.organisation_id,
        organisations.as_of_date,
        months.month_bucket,
        months.month_number
    from staging.organisations as organisations
    cross join (
        values
            ('current', 1), ('< 1 month', 2), ('1 month', 3),
            ('2 months', 4), ('3 months', 5), ('older', 6)
    ) as months (month_bucket, month_number)
),

by_due_date as (
    select
        organisation_id,
        month_bucket,
        count(*) as documents,
        sum(amount_due_base) as amount_due_base,
        sum(amount_due_base) filter (where is_in_xero_view) as xero_view_base
    from marts.ar_aging_documents
    group by organisation_id, month_bucket
),

by_document_date as (
    select
        organisation_id,
        month_bucket_by_document_date as month_bucket,
        count(*) as documents,
        sum(amount_due_base) as amount_due_base,
        sum(amount_due_base) filter (where is_in_xero_view) as xero_view_base
    from marts.ar_aging_documents
    group by organisation_id, month_bucket_by_document_date
)

select
    months.organisation_id,
    months.as_of_date,
    months.month_bucket,
    months.month_number,
    coalesce(by_due_date.documents, 0) as documents,
    coalesce(by_due_date.amount_due_base, 0)::decimal(18, 2) as amount_due_base,
    coalesce(by_due_date.xero_view_base, 0)::decimal(18, 2) as xero_view_base,
    coalesce(by_document_date.documents, 0) as documents_by_document_date,
    coalesce(by_document_date.amount_due_base, 0)::decimal(18, 2)
        as amount_due_base_by_document_date,
    coalesce(by_document_date.xero_view_base, 0)::decimal(18, 2) as xero_view_base_by_document_date
from months
left join by_due_date
    on by_due_date.organisation_id = months.organisation_id
    and by_due_date.month_bucket = months.month_bucket
left join by_document_date
    on by_document_date.organisation_id = months.organisation_id
    and by_document_date.month_bucket = months.month_bucket
