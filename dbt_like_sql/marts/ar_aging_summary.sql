-- Aged receivables now, by bucket: all five buckets of every organisation, empty ones with zero. By
-- the due date and, beside it, by the documents' own dates.
with

buckets as (
    select
        organisations.organisation_id,
        organisations.as_of_date,
        buckets.bucket,
        buckets.bucket_number
    from staging.organisations as organisations
    cross join (
        values ('current', 1), ('1-30', 2), ('31-60', 3), ('61-90', 4), ('90+', 5)
    ) as buckets (bucket, bucket_number)
),

by_due_date as (
    select
        organisation_id,
        bucket,
        count(*) as documents,
        sum(amount_due_base) as amount_due_base,
        sum(amount_due_base) filter (where is_in_xero_view) as xero_view_base
    from marts.ar_aging_documents
    group by organisation_id, bucket
),

by_document_date as (
    select
        organisation_id,
        bucket_by_document_date as bucket,
        count(*) as documents,
        sum(amount_due_base) as amount_due_base,
        sum(amount_due_base) filter (where is_in_xero_view) as xero_view_base
    from marts.ar_aging_documents
    group by organisation_id, bucket_by_document_date
)

select
    buckets.organisation_id,
    buckets.as_of_date,
    buckets.bucket,
    buckets.bucket_number,
    coalesce(by_due_date.documents, 0) as documents,
    coalesce(by_due_date.amount_due_base, 0)::decimal(18, 2) as amount_due_base,
    coalesce(by_due_date.xero_view_base, 0)::decimal(18, 2) as xero_view_base,
    coalesce(by_document_date.documents, 0) as documents_by_document_date,
    coalesce(by_document_date.amount_due_base, 0)::decimal(18, 2)
        as amount_due_base_by_document_date,
    coalesce(by_document_date.xero_view_base, 0)::decimal(18, 2) as xero_view_base_by_document_date
from buckets
left join by_due_date
    on by_due_date.organisation_id = buckets.organisation_id
    and by_due_date.bucket = buckets.bucket
left join by_document_date
    on by_document_date.organisation_id = buckets.organisation_id
    and by_document_date.bucket = buckets.bucket
