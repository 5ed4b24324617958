-- How each sales invoice went, as far as a day knew: what was open, when it was settled, how late.
-- Documents and settlements of later days are not used, so that the past is judged by what it knew.
-- months_ago: 0 for each organisation's as-of date, 1 for the same day of the month before.
create or replace macro intermediate.invoice_outcomes_as_of(months_ago) as table
with

organisations as (
    select
        organisation_id,
        (as_of_date - to_months(months_ago))::date as as_of_date
    from staging.organisations
),

invoices as (
    select
        documents.organisation_id,
        organisations.as_of_date,
        documents.document_id,
        documents.document_number,
        documents.canonical_contact_id as contact_id,
        documents.document_date,
        documents.aged_from as due_date,
        documents.expected_payment_date,
        documents.total_base,
        documents.total
    from intermediate.documents as documents
    join organisations
        on organisations.organisation_id = documents.organisation_id
        and documents.document_date <= organisations.as_of_date
    where documents.ledger = 'receivable'
        and documents.document_type = 'invoice'
        and documents.is_live
),

settled as (
    select
        settlements.organisation_id,
        settlements.document_id,
        sum(settlements.amount) as amount,
        sum(settlements.cleared_base) as amount_base,
        max(settlements.settlement_date) as last_date,
        -- An invoice that was only credited says nothing about how its client pays.
        bool_and(settlements.settlement_type = 'allocated_credit_note') as is_only_credited
    from intermediate.settlements as settlements
    join organisations
        on organisations.organisation_id = settlements.organisation_id
        and settlements.settlement_date <= organisations.as_of_date
    where settlements.ledger = 'receivable'
        and settlements.document_type = 'invoice'
    group by settlements.organisation_id, settlements.document_id
),

outcomes as (
    select
        invoices.*,
        (invoices.total - coalesce(settled.amount, 0))::decimal(18, 2) as outstanding,
        (
            invoices.total_base
            - case when settled.document_id is null then 0 else settled.amount_base end
        )::decimal(18, 2) as outstanding_base,
        settled.last_date,
        coalesce(settled.is_only_credited, false) as is_only_credited
    from invoices
    left join settled
        on settled.organisation_id = invoices.organisation_id
        and settled.document_id = invoices.document_id
)

select
    organisation_id,
    as_of_date,
    document_id,
    document_number,
    contact_id,
    document_date,
    due_date,
    expected_payment_date,
    total_base,
    outstanding,
    outstanding_base,
    outstanding > 0 as is_open,
    (as_of_date - due_date)::integer as days_past_due,
    case when outstanding = 0 then last_date end as settled_date,
    case when outstanding = 0 and not is_only_credited then (last_date - due_date)::integer end
        as delay_days,
    -- Late by more than 0, 30 or 60 days; NULL while it can still turn out either way. Invoices
    -- that were only credited stay NULL.
    case
        when outstanding = 0 and is_only_credited then null
        when outstanding = 0 then last_date - due_date > 0
        when as_of_date - due_date > 0 then true
    end as is_late,
    case
        when outstanding = 0 and is_only_credited then null
        when outstanding = 0 then last_date - due_date > 30
        when as_of_date - due_date > 30 then true
    end as is_over_30,
    case
        when outstanding = 0 and is_only_credited then null
        when outstanding = 0 then last_date - due_date > 60
        when as_of_date - due_date > 60 then true
    end as is_over_60,
    -- Since it was due, or settled where that was earlier.
    greatest(
        as_of_date - case when outstanding = 0 then least(due_date, last_date) else due_date end,
        0
    )::integer as age_days,
    -- What an invoice says about today fades: half of it in two years.
    intermediate.faded(age_days) as weight
from outcomes
