-- Burn a month over the three complete months before each month: all of it, and the part that no
-- invoice or bill announces (wages, tax, cards).
with

unannounced as (
    select
        organisation_id,
        date_trunc('month', movement_date)::date as month,
        -sum(amount_base) as burn_base
    from intermediate.cash_movements
    where source = 'bank_transaction' and category in ('operating', 'tax')
    group by all
),

months as (
    select
        months.organisation_id,
        months.month,
        months.net_burn_base,
        coalesce(unannounced.burn_base, 0) as unannounced_base
    from intermediate.cash_months as months
    left join unannounced
        on unannounced.organisation_id = months.organisation_id
        and unannounced.month = months.month
    -- The month in which the books begin is a part of a month.
    qualify months.month > min(months.month) over (partition by months.organisation_id)
)

select
    organisation_id,
    month,
    (sum(net_burn_base) over before_it)::decimal(18, 2) as net_burn_3_months_base,
    (sum(unannounced_base) over before_it)::decimal(18, 2) as unannounced_burn_3_months_base
from months
window before_it as (
    partition by organisation_id order by month rows between 3 preceding and 1 preceding
)
qualify count(*) over before_it = 3
