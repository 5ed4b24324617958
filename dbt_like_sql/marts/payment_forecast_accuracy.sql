-- How far the forecast of payment dates was off over the last year, beside the shrunk median that it
-- starts from and two dull ones: paying on the due date, and paying at the contact's mean delay.
-- Only worth anything where it beats both.
with

errors as (
    unpivot (
        select
            organisation_id,
            (foretold - delay_days)::bigint as chosen,
            (shrunk_median - delay_days)::bigint as shrunk_median,
            (due_date - delay_days)::bigint as due_date,
            (contact_mean - delay_days)::bigint as contact_mean
        from intermediate.payment_backtest
    )
    on chosen, shrunk_median, due_date, contact_mean
    into name method value error_days
),

rules as (
    select organisation_id, any_value(latest_invoices) as latest_invoices, any_value(k) as k
    from intermediate.payment_delays
    group by organisation_id
)

select
    organisations.organisation_id,
    organisations.as_of_date,
    errors.method,
    case
        when errors.method = 'chosen'
            then 'latest ' || any_value(rules.latest_invoices) || ' invoices, k = '
                || any_value(rules.k)
        when errors.method = 'shrunk_median' then 'median of the latest 48 invoices, k = 5'
        when errors.method = 'due_date' then 'the due date'
        else 'mean delay of all invoices'
    end as rule,
    count(*) as invoices,
    round(avg(abs(errors.error_days)), 2) as mean_absolute_error_days,
    median(abs(errors.error_days)) as median_absolute_error_days,
    round(avg(errors.error_days), 2) as mean_error_days
from errors
join staging.organisations as organisations
    on organisations.organisation_id = errors.organisation_id
join rules
    on rules.organisation_id = errors.organisation_id
group by organisations.organisation_id, organisations.as_of_date, errors.method
