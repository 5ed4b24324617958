-- What was forecast, stored on the day and never touched again: cash after every week of a year, and
-- after 30, 60 and 90 days, by which forecasts are judged.
select
    organisation_id,
    as_of_date,
    scenario,
    (day - as_of_date)::integer as horizon_days,
    closing_base
from intermediate.cash_forecast_days
where (day - as_of_date) % 7 = 0 or day - as_of_date in (30, 60, 90)
