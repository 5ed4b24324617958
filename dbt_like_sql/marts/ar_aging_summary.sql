-- Aged receivables now, by bucket: all five buckets of every organisation, empty ones with zero.
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

documents as (
    select organisation_id, bucket, document_type, amount_due_base
    from marts.ar_aging_documents
)

select
    buckets.organisation_id,
    buckets.as_of_date,
    buckets.bucket,
    buckets.bucket_number,
    count(documents.bucket) as documents,
    coalesce(sum(documents.amount_due_base), 0)::decimal(18, 2) as amount_due_base,
    coalesce(
        sum(documents.amount_due_base) filter (where documents.document_type <> 'prepayment'), 0
    )::decimal(18, 2) as xero_view_base
from buckets
left join documents
    on documents.organisation_id = buckets.organisation_id
    and documents.bucket = buckets.bucket
group by
    buckets.organisation_id, buckets.as_of_date, buckets.bucket, buckets.bucket_number
