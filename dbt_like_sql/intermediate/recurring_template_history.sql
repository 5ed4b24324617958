-- The templates that were live at the end of past months, as the last sync by then had seen them.
-- Before the first sync there is no history.
with

organisations as (
    select organisation_id, iana_timezone from staging.organisations
),

versions as (
    select
        history.organisation_id,
        history.repeating_invoice_id as template_id,
        history.status,
        history.schedule_unit,
        history.schedule_period,
        history.start_date,
        history.end_date,
        history.currency_code,
        history.recurring_price as price,
        -- Instants are UTC; a month ends at the organisation's own midnight.
        history.valid_from at time zone 'UTC' at time zone organisations.iana_timezone
            as valid_from,
        history.valid_to at time zone 'UTC' at time zone organisations.iana_timezone as valid_to
    from snapshots.repeating_templates as history
    join organisations
        on organisations.organisation_id = history.organisation_id
),

past_months as (
    select organisation_id, month, measured_on, financial_year
    from intermediate.mrr_months
    where not is_current
)

select
    past_months.organisation_id,
    past_months.month,
    past_months.financial_year,
    versions.template_id,
    versions.schedule_unit,
    versions.schedule_period,
    versions.currency_code,
    versions.price
from past_months
join versions
    on versions.organisation_id = past_months.organisation_id
    and versions.valid_from < past_months.measured_on + 1
    and coalesce(versions.valid_to >= past_months.measured_on + 1, true)
join intermediate.recurring_templates as templates
    on templates.organisation_id = versions.organisation_id
    and templates.template_id = versions.template_id
where versions.status in ('DRAFT', 'AUTHORISED')
    and coalesce(versions.end_date >= past_months.measured_on, true)
    and (
        coalesce(versions.start_date <= past_months.measured_on, false)
        or coalesce(templates.first_invoice_date <= past_months.measured_on, false)
    )
