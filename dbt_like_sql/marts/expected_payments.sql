-- When each open sales invoice will probably be paid, from when to when, how that is known, and how
-- likely it is to be late at all: what is overdue already is late for certain.
with

payments as (
    select
        payments.*,
        (payments.as_of_date - payments.due_date)::integer as days_overdue,
        odds.p_late,
        odds.p_over_30,
        odds.p_over_60
    from intermediate.expected_payments as payments
    join intermediate.late_payment_odds as odds
        on odds.organisation_id = payments.organisation_id
        and odds.contact_id = payments.contact_id
)

select
    payments.organisation_id,
    payments.document_id,
    payments.as_of_date,
    payments.document_number,
    payments.contact_id,
    documents.canonical_contact_name as contact_name,
    documents.document_date,
    payments.due_date,
    payments.days_overdue,
    documents.currency_code,
    documents.amount_due,
    payments.outstanding_base,
    payments.expected_date,
    payments.earliest_date,
    payments.latest_date,
    payments.source as method,
    intermediate.odds_given_age(payments.days_overdue, 0, 1, 1, payments.p_late) as p_late,
    intermediate.odds_given_age(
        payments.days_overdue, 30, payments.p_late, 1, payments.p_over_30
    ) as p_over_30,
    intermediate.odds_given_age(
        payments.days_overdue, 60, payments.p_late, payments.p_over_30, payments.p_over_60
    ) as p_over_60,
    documents.deep_link
from payments
join intermediate.open_documents as documents
    on documents.organisation_id = payments.organisation_id
    and documents.document_id = payments.document_id
