-- How far the forecast of payment dates was off over the last year, beside two dull ones: paying on
-- the due date, and paying at the contact's mean delay. Only worth anything where it beats both.
with

errors as (
    unpivot (
        select
            organisation_id,
            (foretold - delay_days)::bigint as shrunk_median,
            (due_date - delay_days)::bigint as due_date,
            (contact_mean - delay_days)::bigint as contact_mean
        from intermediate.payment_backtest
    )
    on shrunk_median, due_date, contact_mean
    into name method value error_days
)

select
    organisations.organisation_id,
    organisations.as_of_date,
    errors.method,
    count(*) as invoices,
    round(avg(abs(errors.error_days)), 2) as mean_absolute_error_days,
    median(abs(errors.error_days)) as median_absolute_error_days,
    round(avg(errors.error_days), 2) as mean_error_days
from errors
join staging.organisations as organisations
    on organisations.organisation_id = errors.organisation_id
group by organisations.organisation_id, organisations.as_of_date, errors.method
