-- When the cash of marts.cash_forecast runs out, scenario by scenario.
with

forecast as (
    select organisation_id, as_of_date, scenario, day, closing_base from marts.cash_forecast
)

select
    organisation_id,
    as_of_date,
    scenario,
    min(day) filter (where closing_base < 0) as runway_date,
    (min(day) filter (where closing_base < 0) - as_of_date)::integer as runway_days,
    min(closing_base) as lowest_cash_base,
    arg_min(day, (closing_base, day)) as lowest_cash_date,
    arg_min(closing_base, day) filter (where day = as_of_date + 90) as cash_in_90_days_base,
    arg_max(closing_base, day) as cash_in_a_year_base
from forecast
group by organisation_id, as_of_date, scenario
