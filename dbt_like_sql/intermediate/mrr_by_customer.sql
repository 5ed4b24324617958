with

customer_months as (
    select organisation_id, month, contact_id, mrr_base, source, confidence
    from intermediate.mrr_customer_months
),

contacts as (
    select organisation_id, contact_id, name from staging.contacts
)

select
    customer_months.organisation_id,
    customer_months.month,
    customer_months.contact_id,
    contacts.name as contact_name,
    customer_months.mrr_base,
    customer_months.source,
    customer_months.confidence
from customer_months
left join contacts
    on contacts.organisation_id = customer_months.organisation_id
    and contacts.contact_id = customer_months.contact_id
