-- One row per connected organisation. Every figure is as of `as_of_date`: the calendar day that it
-- was in the organisation when its last sync began, never a day that was not read.
with

organisations as (
    select * from raw.organisation
),

timezones as (
    select xero_timezone, iana_timezone from seeds.xero_timezones
)

select
    organisations.organisation_id,
    organisations.name,
    organisations.legal_name,
    organisations.short_code,
    organisations.base_currency,
    organisations.country_code,
    organisations.timezone as xero_timezone,
    coalesce(timezones.iana_timezone, 'UTC') as iana_timezone,
    timezones.iana_timezone is null as is_timezone_unknown,
    (
        organisations._synced_at
        at time zone 'UTC'
        at time zone coalesce(timezones.iana_timezone, 'UTC')
    )::date as as_of_date,
    organisations._synced_at as synced_at,
    organisations.financial_year_end_day,
    organisations.financial_year_end_month,
    organisations.sales_tax_basis,
    organisations.sales_tax_period,
    organisations.period_lock_date,
    organisations.end_of_year_lock_date,
    organisations.organisation_status,
    organisations.is_demo_company,
    organisations.created_date_utc
from organisations
left join timezones
    on timezones.xero_timezone = organisations.timezone
