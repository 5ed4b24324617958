with

months as (
    select organisation_id, month, is_current from intermediate.mrr_months
),

closings as (
    select
        organisation_id,
        month,
        sum(mrr_base) as closing,
        count(*) as customers
    from intermediate.mrr_by_customer
    group by organisation_id, month
),

movements as (
    select
        organisation_id,
        month,
        sum(amount_base) filter (where movement = 'new') as new,
        sum(amount_base) filter (where movement = 'reactivation') as reactivation,
        sum(amount_base) filter (where movement = 'expansion') as expansion,
        sum(amount_base) filter (where movement = 'fx') as fx,
        sum(amount_base) filter (where movement = 'contraction') as contraction,
        sum(amount_base) filter (where movement = 'churn') as churn
    from intermediate.mrr_changes
    group by organisation_id, month
),

variable as (
    select organisation_id, month, sum(monthly_base) as monthly_base
    from intermediate.recurring_variable_months
    group by organisation_id, month
),

amounts as (
    select
        months.organisation_id,
        months.month,
        months.is_current,
        coalesce(closings.customers, 0) as customers,
        coalesce(movements.new, 0)::decimal(18, 2) as new,
        coalesce(movements.reactivation, 0)::decimal(18, 2) as reactivation,
        coalesce(movements.expansion, 0)::decimal(18, 2) as expansion,
        coalesce(movements.fx, 0)::decimal(18, 2) as fx,
        coalesce(movements.contraction, 0)::decimal(18, 2) as contraction,
        coalesce(movements.churn, 0)::decimal(18, 2) as churn,
        coalesce(closings.closing, 0)::decimal(18, 2) as closing,
        coalesce(variable.monthly_base, 0)::decimal(18, 2) as recurring_variable_base,
        -- Taken from the month before, not added up from the movements: the identity is a test.
        coalesce(lag(closings.closing) over (
            partition by months.organisation_id order by months.month
        ), 0)::decimal(18, 2) as opening
    from months
    left join closings
        on closings.organisation_id = months.organisation_id
        and closings.month = months.month
    left join movements
        on movements.organisation_id = months.organisation_id
        and movements.month = months.month
    left join variable
        on variable.organisation_id = months.organisation_id
        and variable.month = months.month
)

select
    organisation_id,
    month,
    not is_current as is_complete,
    opening,
    new,
    reactivation,
    expansion,
    fx,
    contraction,
    churn,
    closing,
    customers,
    (
        intermediate.divide_half_up(closing * 100, customers)::decimal(20, 0) * 0.01
    )::decimal(18, 2) as arpa,
    intermediate.recurring_ratio(opening + expansion - contraction - churn, opening) as nrr,
    intermediate.recurring_ratio(opening - contraction - churn, opening) as grr,
    intermediate.recurring_ratio(new + reactivation + expansion, contraction + churn)
        as quick_ratio,
    12 * closing as arr,
    recurring_variable_base
from amounts
