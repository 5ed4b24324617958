-- Every forecast whose day has come, stored or made up afterwards, beside what cash was on that day,
-- and two dull forecasts of the same day: cash stays as it is; it goes on at the last three months'
-- burn.
with

forecasts as (
    select
        organisation_id, as_of_date, 'stored' as origin, scenario,
        horizon_days, closing_base
    from snapshots.cash_forecasts
    where horizon_days in (30, 60, 90)
    union all
    select organisation_id, as_of_date, 'reconstructed', scenario, horizon_days, closing_base
    from intermediate.past_forecasts
),

due as (
    select
        forecasts.*,
        organisations.as_of_date as today,
        forecasts.as_of_date + forecasts.horizon_days as day,
        date_trunc('month', forecasts.as_of_date)::date as month
    from forecasts
    join staging.organisations as organisations
        on organisations.organisation_id = forecasts.organisation_id
        and forecasts.as_of_date + forecasts.horizon_days <= organisations.as_of_date
),

dull as (
    select
        due.organisation_id,
        due.as_of_date,
        due.origin,
        due.horizon_days,
        due.day,
        days.cash_base,
        burn.net_burn_3_months_base
    from due
    asof join intermediate.cash_days as days
        on days.organisation_id = due.organisation_id
        and days.day <= due.as_of_date
    left join intermediate.past_burn as burn
        on burn.organisation_id = due.organisation_id
        and burn.month = due.month
    where due.scenario = 'base'
),

all_forecasts as (
    select organisation_id, as_of_date, origin, scenario, horizon_days, day, closing_base
    from due
    union all
    select organisation_id, as_of_date, origin, 'cash_stays', horizon_days, day, cash_base
    from dull
    union all
    select
        organisation_id, as_of_date, origin, 'recent_burn_goes_on', horizon_days, day,
        cash_base - intermediate.burn_over_days(net_burn_3_months_base, horizon_days)
    from dull
    where net_burn_3_months_base is not null
)

select
    forecasts.organisation_id,
    forecasts.as_of_date,
    forecasts.origin,
    forecasts.scenario,
    forecasts.horizon_days,
    forecasts.day,
    forecasts.closing_base::decimal(18, 2) as forecast_base,
    days.cash_base as actual_base,
    (forecasts.closing_base - days.cash_base)::decimal(18, 2) as error_base
from all_forecasts as forecasts
asof join intermediate.cash_days as days
    on days.organisation_id = forecasts.organisation_id
    and days.day <= forecasts.day
