-- How far forecasts of cash were off 30, 60 and 90 days ahead, beside two dull ones: cash stays as it
-- is, and cash goes on at the last three months' burn. Only worth anything where it beats both.
with

cases as (
    select
        organisations.organisation_id,
        organisations.as_of_date,
        organisations.base_currency,
        origins.origin,
        scenarios.scenario,
        scenarios.is_baseline,
        horizons.horizon_days
    from staging.organisations as organisations
    cross join (from (values ('stored'), ('reconstructed')) as origins (origin)) as origins
    cross join (
        from (
            values
                ('base', false),
                ('likely_receivables', false),
                ('largest_client_late', false),
                ('largest_client_leaves', false),
                ('cash_stays', true),
                ('recent_burn_goes_on', true)
        ) as scenarios (scenario, is_baseline)
    ) as scenarios
    cross join (from (values (30), (60), (90)) as horizons (horizon_days)) as horizons
),

measured as (
    select
        organisation_id,
        origin,
        scenario,
        horizon_days,
        count(*) as forecasts,
        min(as_of_date) as first_forecast_on,
        max(as_of_date) as last_forecast_on,
        intermediate.mean_money(list(abs(error_base))) as mean_absolute_error_base,
        intermediate.mean_money(list(error_base)) as bias_base,
        max(abs(error_base)) as largest_error_base
    from intermediate.forecast_outcomes
    group by organisation_id, origin, scenario, horizon_days
)

select
    cases.organisation_id,
    cases.as_of_date,
    cases.origin,
    cases.scenario,
    cases.is_baseline,
    cases.horizon_days,
    coalesce(measured.forecasts, 0) as forecasts,
    measured.first_forecast_on,
    measured.last_forecast_on,
    measured.mean_absolute_error_base,
    measured.bias_base,
    measured.largest_error_base,
    case
        when measured.forecasts is null and cases.origin = 'stored'
            then 'No stored forecast is ' || cases.horizon_days || ' days old yet.'
        when measured.forecasts is null
            then 'The books are too young to have been forecast ' || cases.horizon_days
                || ' days ahead from three complete months.'
        else 'Of ' || measured.forecasts || ' forecasts ' || cases.horizon_days
            || ' days ahead, cash was off by '
            || intermediate.words_money(measured.mean_absolute_error_base, cases.base_currency)
            || ' on average; they were '
            || case
                when measured.bias_base = 0 then 'neither too high nor too low.'
                else intermediate.words_money(abs(measured.bias_base), cases.base_currency)
                    || ' too '
                    || case when measured.bias_base > 0 then 'high' else 'low' end
                    || ' on the whole.'
            end
    end as sentence
from cases
left join measured
    on measured.organisation_id = cases.organisation_id
    and measured.origin = cases.origin
    and measured.scenario = cases.scenario
    and measured.horizon_days = cases.horizon_days
