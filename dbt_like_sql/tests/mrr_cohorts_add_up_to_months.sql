with

cohorts as (
    select
        organisation_id,
        month,
        sum(mrr_base) as mrr_base,
        sum(customers) as customers
    from marts.mrr_cohorts
    group by organisation_id, month
)

select
    months.organisation_id,
    months.month,
    months.closing as expected,
    coalesce(cohorts.mrr_base, 0) as actual,
    coalesce(cohorts.mrr_base, 0) - months.closing as variance,
    months.customers as expected_customers,
    coalesce(cohorts.customers, 0) as actual_customers
from marts.mrr_monthly as months
left join cohorts
    on cohorts.organisation_id = months.organisation_id
    and cohorts.month = months.month
where months.closing <> coalesce(cohorts.mrr_base, 0)
    or months.customers <> coalesce(cohorts.customers, 0)
