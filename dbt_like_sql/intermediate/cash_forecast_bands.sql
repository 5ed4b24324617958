-- How far the base forecast may be off, day by day: where cash ended in eight of ten cases, given such
-- a forecast. From stored forecasts once there are 12 of them whose 90 days are over, before that from
-- reconstructed ones, of which 6 at least; linear between 0, 30, 60 and 90 days, and growing with the
-- root of the days beyond.
with

outcomes as (
    select organisation_id, origin, horizon_days, -error_base as beyond_forecast
    from intermediate.forecast_outcomes
    where scenario = 'base'
),

origins as (
    select
        organisation_id,
        case
            when count(*) filter (where origin = 'stored') >= 12 then 'stored'
            else 'reconstructed'
        end as origin
    from outcomes
    where horizon_days = 90
    group by organisation_id
),

quantiles as (
    select
        outcomes.organisation_id,
        outcomes.horizon_days,
        quantile_cont(outcomes.beyond_forecast::double, 0.1) as low,
        quantile_cont(outcomes.beyond_forecast::double, 0.9) as high
    from outcomes
    join origins
        on origins.organisation_id = outcomes.organisation_id
        and origins.origin = outcomes.origin
    group by outcomes.organisation_id, outcomes.horizon_days
    having count(*) >= 6
),

points as (
    select
        organisation_id,
        max(low) filter (where horizon_days = 30) as low_30,
        max(low) filter (where horizon_days = 60) as low_60,
        max(low) filter (where horizon_days = 90) as low_90,
        max(high) filter (where horizon_days = 30) as high_30,
        max(high) filter (where horizon_days = 60) as high_60,
        max(high) filter (where horizon_days = 90) as high_90
    from quantiles
    group by organisation_id
    having count(*) = 3
)

select
    days.organisation_id,
    days.scenario,
    days.day,
    (
        days.closing_base + intermediate.fan(
            days.day - days.as_of_date, points.low_30, points.low_60, points.low_90
        )
    )::decimal(18, 2) as low_base,
    (
        days.closing_base + intermediate.fan(
            days.day - days.as_of_date, points.high_30, points.high_60, points.high_90
        )
    )::decimal(18, 2) as high_base
from intermediate.cash_forecast_days as days
join points
    on points.organisation_id = days.organisation_id
where days.scenario = 'base'
