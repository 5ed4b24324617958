-- What varies but recurs, month by month: the mean of the latest three occurrences.
select
    months.organisation_id,
    months.month,
    months.stream_id,
    months.contact_id,
    intermediate.recurring_monthly_base(
        months.recent_amount,
        months.schedule_unit,
        months.schedule_period * months.recent_occurrences,
        rates.currency_rate
    ) as monthly_base
from intermediate.cadence_months as months
join intermediate.recurring_rates as rates
    on rates.organisation_id = months.organisation_id
    and rates.currency_code = months.currency_code
    and rates.financial_year = months.financial_year
where months.class = 'recurring_variable'
