-- The months that recurring revenue is told for, without a gap.
with

organisations as (
    select organisation_id, as_of_date, financial_year_end_day, financial_year_end_month
    from staging.organisations
),

beginnings as (
    select organisation_id, min(first_invoice_date) as first_day
    from intermediate.recurring_templates
    group by organisation_id
    union all
    select templates.organisation_id, min(organisations.as_of_date)
    from intermediate.recurring_templates as templates
    join organisations
        on organisations.organisation_id = templates.organisation_id
    where templates.is_live
    group by templates.organisation_id
    union all
    select organisation_id, min(first_date)
    from intermediate.cadence_segments
    group by organisation_id
    union all
    select organisation_id, min(month)
    from intermediate.mrr_override_months
    group by organisation_id
),

first_months as (
    select organisation_id, date_trunc('month', min(first_day))::date as first_month
    from beginnings
    group by organisation_id
    having min(first_day) is not null
),

months as (
    select
        organisations.organisation_id,
        unnest(generate_series(
            first_months.first_month,
            date_trunc('month', organisations.as_of_date)::date,
            interval 1 month
        ))::date as month,
        organisations.as_of_date,
        organisations.financial_year_end_day,
        organisations.financial_year_end_month
    from organisations
    join first_months
        on first_months.organisation_id = organisations.organisation_id
)

select
    organisation_id,
    month,
    least(last_day(month), as_of_date) as measured_on,
    month = date_trunc('month', as_of_date)::date as is_current,
    intermediate.financial_year(
        least(last_day(month), as_of_date), financial_year_end_day, financial_year_end_month
    ) as financial_year
from months
