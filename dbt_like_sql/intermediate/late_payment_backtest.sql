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
    where guesses.tested > 0
)

select
    tested.organisation_id,
    tested.contact_id,
    tested.event,
    tested.month,
    tested.tested as invoices,
    tested.tested_late as late_invoices,
    tested.candidate_odds[coalesce(rules.candidate, 1)] as chosen,
    tested.base_rate,
    tested.contact_rate
from tested
asof left join intermediate.late_payment_rules as rules
    on rules.organisation_id = tested.organisation_id
    and tested.month >= rules.known_from
