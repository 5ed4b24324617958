-- What is committed already and will move cash: open receivables, open bills, and what templates
-- will make. Money in is positive. Nothing is expected before the day after the as-of date.
with

organisations as (
    select organisation_id, as_of_date from staging.organisations
),

-- Of invoices that became more than 60 days late, how many came in all the same.
recovery as (
    select
        organisation_id,
        (coalesce(sum(weight) filter (where not is_open), 0) + 1)::double
        / (sum(weight) + 2) as p_recovered
    from intermediate.invoice_outcomes
    where is_over_60
    group by organisation_id
),

receivables as (
    select
        payments.organisation_id,
        'receivable' as kind,
        payments.document_id as source_id,
        payments.contact_id,
        payments.expected_date as day,
        payments.outstanding_base as amount_base,
        round(
            case
                when payments.as_of_date - payments.due_date > 60
                    then coalesce(recovery.p_recovered, 0.5)
                else 1 - odds.p_over_60 * (1 - coalesce(recovery.p_recovered, 0.5))
            end,
            4
        )::decimal(9, 4) as probability
    from intermediate.expected_payments as payments
    join intermediate.late_payment_odds as odds
        on odds.organisation_id = payments.organisation_id
        and odds.contact_id = payments.contact_id
    left join recovery
        on recovery.organisation_id = payments.organisation_id
),

-- Unused credits will be set against something soon.
client_credits as (
    select
        organisation_id,
        'receivable' as kind,
        document_id as source_id,
        canonical_contact_id as contact_id,
        as_of_date as day,
        amount_due_base as amount_base,
        1::decimal(9, 4) as probability
    from intermediate.open_documents
    where ledger = 'receivable' and document_type <> 'invoice'
),

bills as (
    select
        organisation_id,
        'bill' as kind,
        document_id as source_id,
        canonical_contact_id as contact_id,
        case
            when expected_payment_date > as_of_date then expected_payment_date
            else coalesce(due_date, document_date)
        end as day,
        -amount_due_base as amount_base,
        1::decimal(9, 4) as probability
    from intermediate.open_documents
    where ledger = 'payable'
),

organisation_delays as (
    select organisation_id, any_value(organisation_median_delay) as median_delay
    from intermediate.payment_delays
    group by organisation_id
),

scheduled as (
    select
        scheduled.organisation_id,
        case scheduled.type when 'ACCREC' then 'scheduled_in' else 'scheduled_out' end as kind,
        scheduled.repeating_invoice_id as source_id,
        scheduled.contact_id,
        case scheduled.type
            -- Clients keep their habits; our own bills are paid when they are due.
            when 'ACCREC' then scheduled.due_date + coalesce(
                delays.expected_delay, round(organisation_delays.median_delay)::integer, 0
            )
            else scheduled.due_date
        end as day,
        case scheduled.type when 'ACCREC' then 1 else -1 end * scheduled.total_base as amount_base,
        1::decimal(9, 4) as probability
    from intermediate.scheduled_documents as scheduled
    left join intermediate.payment_delays as delays
        on delays.organisation_id = scheduled.organisation_id
        and delays.contact_id = scheduled.contact_id
    left join organisation_delays
        on organisation_delays.organisation_id = scheduled.organisation_id
),

expected as (
    select * from receivables
    union all
    select * from client_credits
    union all
    select * from bills
    union all
    select * from scheduled
)

select
    expected.organisation_id,
    expected.kind,
    expected.source_id,
    expected.contact_id,
    greatest(expected.day, organisations.as_of_date + 1) as day,
    expected.amount_base,
    expected.probability
from expected
join organisations
    on organisations.organisation_id = expected.organisation_id
-- A foreign document without a rate cannot be forecast in base currency.
where expected.amount_base is not null
