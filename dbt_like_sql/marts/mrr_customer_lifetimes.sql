-- How long customers have paid something every month, and how long they may go on.
with

current_months as (
    select organisation_id, month as current_month
    from intermediate.mrr_months
    where is_current
),

customer_months as (
    select organisation_id, contact_id, contact_name, month, mrr_base
    from intermediate.mrr_by_customer
),

times_lost as (
    select organisation_id, contact_id, count(*) as times_lost
    from intermediate.mrr_changes
    where movement = 'churn'
    group by organisation_id, contact_id
),

customers as (
    select
        customer_months.organisation_id,
        customer_months.contact_id,
        any_value(customer_months.contact_name) as contact_name,
        min(customer_months.month) as first_month,
        max(customer_months.month) as last_month,
        count(*) as months_active,
        sum(customer_months.mrr_base) as recurring_revenue_base,
        coalesce(
            sum(customer_months.mrr_base) filter (
                where customer_months.month = current_months.current_month
            ),
            0
        ) as current_mrr_base,
        max(customer_months.mrr_base) as peak_mrr_base,
        -- The earliest of equal months.
        arg_max(
            customer_months.month,
            (customer_months.mrr_base, -date_diff('month', date '1970-01-01', customer_months.month))
        ) as peak_month
    from customer_months
    join current_months
        on current_months.organisation_id = customer_months.organisation_id
    group by customer_months.organisation_id, customer_months.contact_id
),

-- How many customers each of the last twelve complete months began with, and lost.
year_months as (
    select
        months.organisation_id,
        months.month,
        before.customers as opening_customers
    from intermediate.mrr_by_month as months
    join intermediate.mrr_by_month as before
        on before.organisation_id = months.organisation_id
        and before.month = months.month - interval 1 month
    join current_months
        on current_months.organisation_id = months.organisation_id
    where months.is_complete
        and months.month >= current_months.current_month - interval 12 month
),

losses as (
    select organisation_id, month, count(*) as lost
    from intermediate.mrr_changes
    where movement = 'churn'
    group by organisation_id, month
),

churn as (
    select
        year_months.organisation_id,
        sum(year_months.opening_customers)::bigint as opening_customers,
        coalesce(sum(losses.lost), 0)::bigint as lost
    from year_months
    left join losses
        on losses.organisation_id = year_months.organisation_id
        and losses.month = year_months.month
    group by year_months.organisation_id
)

select
    customers.organisation_id,
    customers.contact_id,
    customers.contact_name,
    customers.first_month,
    customers.last_month,
    customers.current_mrr_base > 0 as is_active,
    customers.months_active,
    coalesce(times_lost.times_lost, 0) as times_lost,
    customers.current_mrr_base::decimal(18, 2) as current_mrr_base,
    customers.peak_mrr_base::decimal(18, 2) as peak_mrr_base,
    customers.peak_month,
    customers.recurring_revenue_base::decimal(18, 2) as recurring_revenue_base,
    intermediate.recurring_ratio(churn.lost, churn.opening_customers) as monthly_churn_rate,
    case
        when customers.current_mrr_base > 0
            then (
                intermediate.divide_half_up(10 * churn.opening_customers, nullif(churn.lost, 0))
                    ::decimal(20, 0)
                * 0.1
            )::decimal(18, 1)
    end as expected_lifetime_months,
    case
        when customers.current_mrr_base > 0
            then (
                intermediate.divide_half_up(
                    customers.current_mrr_base::decimal(18, 2) * 100 * churn.opening_customers,
                    nullif(churn.lost, 0)
                )::decimal(20, 0)
                * 0.01
            )::decimal(18, 2)
    end as expected_lifetime_value_base
from customers
left join times_lost
    on times_lost.organisation_id = customers.organisation_id
    and times_lost.contact_id = customers.contact_id
left join churn
    on churn.organisation_id = customers.organisation_id
