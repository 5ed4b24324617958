-- The invoices and bills that live templates will make in the next 365 days, in base currency at
-- the latest known rate. Templates in a currency whose rate nobody has seen are left out.
with

organisations as (
    select organisation_id, as_of_date, base_currency from staging.organisations
),

latest_rates as (
    select
        rates.organisation_id,
        rates.currency_code,
        arg_max(rates.currency_rate, rates.rate_date) as currency_rate
    from intermediate.currency_rates as rates
    join organisations
        on organisations.organisation_id = rates.organisation_id
        and rates.rate_date <= organisations.as_of_date
    group by rates.organisation_id, rates.currency_code
),

live_templates as (
    select
        templates.*,
        organisations.as_of_date,
        case
            when templates.currency_code = organisations.base_currency then 1
            else latest_rates.currency_rate
        end::decimal(20, 10) as currency_rate
    from staging.repeating_invoices as templates
    join organisations
        on organisations.organisation_id = templates.organisation_id
    left join latest_rates
        on latest_rates.organisation_id = templates.organisation_id
        and latest_rates.currency_code = templates.currency_code
    where templates.status in ('DRAFT', 'AUTHORISED')
        and not templates.is_removed
        and templates.next_scheduled_date is not null
        and templates.schedule_period > 0
),

-- 53 weekly ones are the most that fit into 365 days.
occurrences as (
    select
        *,
        (
            next_scheduled_date + case schedule_unit
                when 'WEEKLY' then to_days((7 * schedule_period * number)::integer)
                when 'MONTHLY' then to_months((schedule_period * number)::integer)
            end
        )::date as document_date
    from live_templates
    cross join (select unnest(range(54)) as number)
)

select
    occurrences.organisation_id,
    occurrences.repeating_invoice_id,
    occurrences.document_date,
    occurrences.type,
    coalesce(contacts.canonical_contact_id, occurrences.contact_id) as contact_id,
    intermediate.due_date(
        occurrences.document_date,
        occurrences.schedule_due_date,
        occurrences.schedule_due_date_type
    ) as due_date,
    intermediate.to_base(occurrences.total, occurrences.currency_rate) as total_base
from occurrences
left join staging.contacts as contacts
    on contacts.organisation_id = occurrences.organisation_id
    and contacts.contact_id = occurrences.contact_id
where occurrences.document_date between occurrences.as_of_date and occurrences.as_of_date + 365
    and (occurrences.end_date is null or occurrences.document_date <= occurrences.end_date)
    and occurrences.currency_rate is not null
