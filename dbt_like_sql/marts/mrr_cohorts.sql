-- What has become of the customers that began in the same month.
with

customer_months as (
    select
        customers.organisation_id,
        customers.contact_id,
        customers.month,
        customers.mrr_base,
        coalesce(fx.amount_base, 0) as fx_base
    from intermediate.mrr_by_customer as customers
    left join intermediate.mrr_changes as fx
        on fx.organisation_id = customers.organisation_id
        and fx.contact_id = customers.contact_id
        and fx.month = customers.month
        and fx.movement = 'fx'
),

since_start as (
    select
        *,
        first_value(month) over customer as cohort_month,
        date_diff('month', first_value(month) over customer, month) as months_since,
        row_number() over customer as months_active
    from customer_months
    window customer as (partition by organisation_id, contact_id order by month)
),

-- Retention is told at constant currency: what new rates have added since the customer began, or
-- began again, is taken off.
at_constant_rates as (
    select
        *,
        -- Who comes back after a break was lost all the same.
        months_active = months_since + 1 as has_never_left,
        mrr_base - sum(fx_base) over (
            partition by organisation_id, contact_id, months_since - months_active
            order by month
        ) as constant_mrr
    from since_start
),

-- Gross retention knows no growth: a customer counts with the least it has ever paid.
least_paid as (
    select
        *,
        min(constant_mrr) over (
            partition by organisation_id, contact_id
            order by month
        ) as least_mrr
    from at_constant_rates
),

sums as (
    select
        organisation_id,
        cohort_month,
        month,
        count(*) as customers,
        sum(mrr_base) as mrr_base,
        sum(constant_mrr) as constant_mrr,
        sum(least_mrr) filter (where has_never_left) as least_mrr
    from least_paid
    group by organisation_id, cohort_month, month
),

-- Every month of every cohort, also when nobody is left.
grid as (
    select
        beginnings.organisation_id,
        beginnings.cohort_month,
        beginnings.customers as customers_at_start,
        beginnings.mrr_base as mrr_at_start,
        months.month,
        months.is_current
    from sums as beginnings
    join intermediate.mrr_months as months
        on months.organisation_id = beginnings.organisation_id
        and months.month >= beginnings.cohort_month
    where beginnings.month = beginnings.cohort_month
)

select
    grid.organisation_id,
    grid.cohort_month,
    date_diff('month', grid.cohort_month, grid.month)::integer as months_since,
    grid.month,
    not grid.is_current as is_complete,
    grid.customers_at_start,
    coalesce(sums.customers, 0) as customers,
    intermediate.recurring_ratio(coalesce(sums.customers, 0), grid.customers_at_start)
        as customer_retention,
    grid.mrr_at_start::decimal(18, 2) as mrr_at_start,
    coalesce(sums.mrr_base, 0)::decimal(18, 2) as mrr_base,
    coalesce(sums.mrr_base - sums.constant_mrr, 0)::decimal(18, 2) as fx_base,
    intermediate.recurring_ratio(coalesce(sums.constant_mrr, 0), grid.mrr_at_start)
        as net_revenue_retention,
    intermediate.recurring_ratio(coalesce(sums.least_mrr, 0), grid.mrr_at_start)
        as gross_revenue_retention
from grid
left join sums
    on sums.organisation_id = grid.organisation_id
    and sums.cohort_month = grid.cohort_month
    and sums.month = grid.month
