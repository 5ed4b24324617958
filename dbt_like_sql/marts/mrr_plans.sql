with

plan_months as (
    select * from intermediate.recurring_plan_months
),

templates as (
    select organisation_id, template_id, reference from intermediate.recurring_templates
),

streams as (
    select organisation_id, stream_id, description, why
    from intermediate.cadence_streams
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
    plan_months.plan_id,
    plan_months.template_id,
    plan_months.contact_id,
    contacts.name as contact_name,
    coalesce(templates.reference, streams.description) as reference,
    plan_months.source,
    plan_months.confidence,
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
    plan_months.first_invoice_date,
    plan_months.last_invoice_date,
    plan_months.paid_until,
    streams.why
from plan_months
left join templates
    on templates.organisation_id = plan_months.organisation_id
    and templates.template_id = plan_months.template_id
left join streams
    on streams.organisation_id = plan_months.organisation_id
    and streams.stream_id = plan_months.plan_id
left join contacts
    on contacts.organisation_id = plan_months.organisation_id
    and contacts.contact_id = plan_months.contact_id
left join decisions
    on decisions.organisation_id = plan_months.organisation_id
    and decisions.contact_id = plan_months.contact_id
    and decisions.month = plan_months.month
where plan_months.mrr_base <> 0
