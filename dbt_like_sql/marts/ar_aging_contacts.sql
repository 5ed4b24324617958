-- Aged receivables now, by contact: merged contacts are one, and credits reduce what is open.
with

documents as (
    select * from marts.ar_aging_documents
),

contacts as (
    select
        organisation_id,
        as_of_date,
        canonical_contact_id as contact_id,
        any_value(canonical_contact_name) as contact_name,
        count(*) as documents,
        sum(amount_due_base) filter (where bucket = 'current') as current_base,
        sum(amount_due_base) filter (where bucket = '1-30') as days_1_30_base,
        sum(amount_due_base) filter (where bucket = '31-60') as days_31_60_base,
        sum(amount_due_base) filter (where bucket = '61-90') as days_61_90_base,
        sum(amount_due_base) filter (where bucket = '90+') as days_over_90_base,
        sum(amount_due_base) as amount_due_base,
        sum(amount_due_base) filter (where document_type = 'invoice' and days_overdue > 0)
            as overdue_base,
        -sum(amount_due_base) filter (where document_type <> 'invoice') as unallocated_credit_base,
        max(days_overdue) filter (where document_type = 'invoice') as oldest_days_overdue,
        count(*) filter (where is_rate_missing) as documents_without_rate
    from documents
    group by organisation_id, as_of_date, canonical_contact_id
)

select
    organisation_id,
    as_of_date,
    contact_id,
    contact_name,
    documents,
    coalesce(current_base, 0)::decimal(18, 2) as current_base,
    coalesce(days_1_30_base, 0)::decimal(18, 2) as days_1_30_base,
    coalesce(days_31_60_base, 0)::decimal(18, 2) as days_31_60_base,
    coalesce(days_61_90_base, 0)::decimal(18, 2) as days_61_90_base,
    coalesce(days_over_90_base, 0)::decimal(18, 2) as days_over_90_base,
    coalesce(amount_due_base, 0)::decimal(18, 2) as amount_due_base,
    coalesce(overdue_base, 0)::decimal(18, 2) as overdue_base,
    coalesce(unallocated_credit_base, 0)::decimal(18, 2) as unallocated_credit_base,
    greatest(oldest_days_overdue, 0) as oldest_days_overdue,
    documents_without_rate
from contacts
