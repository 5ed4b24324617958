-- Aged receivables as they stood on earlier days: every month end of the last 24 months and every
-- day of the last 400. All five buckets, empty ones with zero.
with

days as (
    select
        organisation_id,
        unnest(generate_series(as_of_date - 400, as_of_date, interval 1 day))::date as as_of_date
    from staging.organisations
),

month_ends as (
    select
        organisation_id,
        (month_start - interval 1 day)::date as as_of_date
    from (
        select
            organisation_id,
            unnest(
                generate_series(
                    date_trunc('month', as_of_date) - interval 23 months,
                    date_trunc('month', as_of_date),
                    interval 1 month
                )
            ) as month_start
        from staging.organisations
    )
),

as_of_dates as (
    select organisation_id, as_of_date from days
    union
    select organisation_id, as_of_date from month_ends
),

-- What is open for the same days and of the same age is added up before the days are laid over it:
-- far fewer rows than documents.
balances as (
    select
        balances.organisation_id,
        balances.valid_from,
        coalesce(balances.valid_to, date '9999-12-31') as valid_to,
        documents.aged_from,
        count(*) as documents,
        sum(documents.sign * balances.outstanding_base) as amount_due_base,
        sum(documents.sign * balances.outstanding_base) filter (
            where documents.document_type <> 'prepayment'
        ) as xero_view_base,
        sum(balances.outstanding_base) filter (where documents.document_type = 'invoice')
            as invoices_base
    from intermediate.document_balances as balances
    join intermediate.documents as documents
        on documents.organisation_id = balances.organisation_id
        and documents.document_id = balances.document_id
    where documents.ledger = 'receivable'
    group by
        balances.organisation_id, balances.valid_from, balances.valid_to, documents.aged_from
),

aged as (
    select
        as_of_dates.organisation_id,
        as_of_dates.as_of_date,
        intermediate.aging_bucket(as_of_dates.as_of_date - balances.aged_from) as bucket,
        sum(balances.documents)::bigint as documents,
        sum(balances.amount_due_base) as amount_due_base,
        sum(balances.xero_view_base) as xero_view_base,
        sum(balances.invoices_base) as invoices_base
    from as_of_dates
    join balances
        on balances.organisation_id = as_of_dates.organisation_id
        and balances.valid_from <= as_of_dates.as_of_date
        and balances.valid_to > as_of_dates.as_of_date
    group by all
)

select
    as_of_dates.organisation_id,
    as_of_dates.as_of_date,
    buckets.bucket,
    buckets.bucket_number,
    coalesce(aged.documents, 0) as documents,
    coalesce(aged.amount_due_base, 0)::decimal(18, 2) as amount_due_base,
    coalesce(aged.xero_view_base, 0)::decimal(18, 2) as xero_view_base,
    coalesce(aged.invoices_base, 0)::decimal(18, 2) as invoices_base
from as_of_dates
cross join (
    values ('current', 1), ('1-30', 2), ('31-60', 3), ('61-90', 4), ('90+', 5)
) as buckets (bucket, bucket_number)
left join aged
    on aged.organisation_id = as_of_dates.organisation_id
    and aged.as_of_date = as_of_dates.as_of_date
    and aged.bucket = buckets.bucket
