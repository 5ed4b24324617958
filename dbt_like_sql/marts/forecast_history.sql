-- Every forecast as it was stored on its day, beside what cash was when the day came.
with

forecasts as (
    select
        history.organisation_id,
        history.as_of_date,
        history.scenario,
        history.horizon_days,
        history.as_of_date + history.horizon_days as day,
        history.closing_base,
        organisations.as_of_date as today
    from snapshots.cash_forecasts as history
    join staging.organisations as organisations
        on organisations.organisation_id = history.organisation_id
)

select
    forecasts.organisation_id,
    forecasts.as_of_date,
    forecasts.scenario,
    forecasts.horizon_days,
    forecasts.day,
    forecasts.closing_base,
    case when forecasts.day <= forecasts.today then days.cash_base end as actual_base,
    case
        when forecasts.day <= forecasts.today then forecasts.closing_base - days.cash_base
    end::decimal(18, 2) as error_base
from forecasts
asof left join intermediate.cash_days as days
    on days.organisation_id = forecasts.organisation_id
    and days.day <= forecasts.day
