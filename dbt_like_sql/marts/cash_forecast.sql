-- Cash on each of the next 365 days, scenario by scenario, if only what is committed happens. The
-- base scenario has a band: how far forecasts of this organisation have been off so far.
select
    days.organisation_id,
    days.as_of_date,
    days.scenario,
    days.day,
    days.receivables_base,
    days.scheduled_in_base,
    days.bills_base,
    days.scheduled_out_base,
    days.unannounced_burn_base,
    days.closing_base,
    bands.low_base,
    bands.high_base
from intermediate.cash_forecast_days as days
left join intermediate.cash_forecast_bands as bands
    on bands.organisation_id = days.organisation_id
    and bands.scenario = days.scenario
    and bands.day = days.day
