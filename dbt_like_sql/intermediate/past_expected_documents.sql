-- What was open at each of those month ends, when it would have been expected to move cash, and how
-- probably: the rules of intermediate.expected_cash, from what was dated by then. Expected and
-- planned payment dates are left out, as Xero does not say when somebody entered them.
with

open_documents as (
    select
        month_ends.organisation_id,
        month_ends.as_of_date,
        documents.ledger,
        documents.document_type,
        documents.canonical_contact_id as contact_id,
        documents.aged_from as due_date,
        documents.sign * balances.outstanding_base as amount_base
    from intermediate.forecast_month_ends as month_ends
    join intermediate.document_balances as balances
        on balances.organisation_id = month_ends.organisation_id
        and balances.valid_from <= month_ends.as_of_date
        and coalesce(balances.valid_to, date '9999-12-31') > month_ends.as_of_date
    join intermediate.documents as documents
        on documents.organisation_id = balances.organisation_id
        and documents.document_id = balances.document_id
    where balances.outstanding_base is not null
),

invoices as (
    select
        documents.*,
        documents.due_date + intermediate.on_a_pay_day(
            coalesce(contact_delays.expected_delay, organisation_delays.expected_delay, 0),
            documents.due_date,
            coalesce(contact_delays.is_weekday_payer, false)
        ) as usual_date,
        odds.p_over_60,
        odds.p_recovered
    from open_documents as documents
    join intermediate.past_late_odds as odds
        on odds.organisation_id = documents.organisation_id
        and odds.as_of_date = documents.as_of_date
    left join intermediate.past_payment_delays as contact_delays
        on contact_delays.organisation_id = documents.organisation_id
        and contact_delays.as_of_date = documents.as_of_date
        and contact_delays.contact_id = documents.contact_id
    left join intermediate.past_payment_delays as organisation_delays
        on organisation_delays.organisation_id = documents.organisation_id
        and organisation_delays.as_of_date = documents.as_of_date
        and organisation_delays.contact_id is null
    where documents.ledger = 'receivable' and documents.document_type = 'invoice'
)

select
    organisation_id,
    as_of_date,
    'receivable' as kind,
    contact_id,
    -- Later than usual already: a month from then.
    case when usual_date > as_of_date then usual_date else as_of_date + 30 end as day,
    amount_base,
    case
        when as_of_date - due_date > 60 then p_recovered
        else 1 - p_over_60 * (1 - p_recovered)
    end::decimal(9, 4) as probability
from invoices
union all
select organisation_id, as_of_date, 'receivable', contact_id, as_of_date + 1, amount_base, 1
from open_documents
where ledger = 'receivable' and document_type <> 'invoice'
union all
select
    organisation_id,
    as_of_date,
    'bill',
    contact_id,
    greatest(due_date, as_of_date + 1),
    -amount_base,
    1
from open_documents
where ledger = 'payable'
