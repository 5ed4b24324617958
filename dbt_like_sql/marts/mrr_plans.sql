with

plan_months as (
    select * from intermediate.recurring_plan_months
),

templates as (
    select * from intermediate.recurring_templates
),

contacts as (
    select organisation_id, contact_id, name from staging.contacts
),

decisions as (
    select organisation_id, contact_id, month from intermediate.mrr_override_months
)

select
    plan_months.organisation_id,
    plan_months.month,
    plan_months.template_id,
    plan_months.contact_id,
    contacts.name as contact_name,
    templates.reference,
    plan_months.source,
    plan_months.schedule_unit,
    plan_months.schedule_period,
    plan_months.currency_code,
    plan_months.price,
    plan_months.currency_rate,
    plan_months.mrr_base,
    decisions.contact_id is not null as is_overridden,
    plan_months.price_invoice_id,
    plan_months.price_invoice_number,
    plan_months.rate_invoice_id,
    templates.first_invoice_date,
    templates.last_invoice_date,
    templates.paid_until
from plan_months
join templates
    on templates.organisation_id = plan_months.organisation_id
    and templates.template_id = plan_months.template_id
left join contacts
    on contacts.organisation_id = plan_months.organisation_id
    and contacts.contact_id = plan_months.contact_id
left join decisions
    on decisions.organisation_id = plan_months.organisation_id
    and decisions.contact_id = plan_months.contact_id
    and decisions.month = plan_months.month
where plan_months.mrr_base <> 0
