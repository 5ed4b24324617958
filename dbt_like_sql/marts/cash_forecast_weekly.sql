-- The forecast by week: 13 weeks of seven days from the day after the as-of date.
with

days as (
    select
        *,
        ((day - as_of_date - 1) // 7 + 1)::integer as week
    from marts.cash_forecast
    where day <= as_of_date + 91
)

select
    organisation_id,
    as_of_date,
    scenario,
    week,
    min(day) as first_day,
    max(day) as last_day,
    (
        arg_min(closing_base, day) - arg_min(
            receivables_base + scheduled_in_base - bills_base - scheduled_out_base
            - unannounced_burn_base,
            day
        )
    )::decimal(18, 2) as opening_base,
    sum(receivables_base)::decimal(18, 2) as receivables_base,
    sum(scheduled_in_base)::decimal(18, 2) as scheduled_in_base,
    sum(bills_base)::decimal(18, 2) as bills_base,
    sum(scheduled_out_base)::decimal(18, 2) as scheduled_out_base,
    sum(unannounced_burn_base)::decimal(18, 2) as unannounced_burn_base,
    arg_max(closing_base, day) as closing_base,
    arg_max(low_base, day) as low_base,
    arg_max(high_base, day) as high_base,
    min(closing_base) as lowest_base
from days
group by organisation_id, as_of_date, scenario, week
