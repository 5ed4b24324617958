-- The probabilities put to the test: invoices of the last 365 days whose day in question has
-- passed, with what was foretold on the first of their month by the rule chosen then.
with

organisations as (
    select organisation_id, as_of_date from staging.organisations
),

tested as (
    select guesses.*
    from intermediate.late_payment_guesses as guesses
    join organisations
        on organisations.organisation_id = guesses.organisation_id
        and guesses.month > organisations.as_of_date - 365
),

ruled as (
    select
        tested.*,
        tested.candidate_odds[coalesce(rules.candidate, 1)] as foretold
    from tested
    asof left join intermediate.late_payment_rules as rules
        on rules.organisation_id = tested.organisation_id
        and tested.month >= rules.known_from
),

methods as (
    unpivot ruled on foretold, base_rate, contact_rate into name method value probability
)

select
    organisation_id,
    contact_id,
    event,
    month,
    known_from,
    case method when 'foretold' then 'chosen' else method end as method,
    invoices,
    late_invoices,
    round(probability, 4)::decimal(9, 4) as probability
from methods
