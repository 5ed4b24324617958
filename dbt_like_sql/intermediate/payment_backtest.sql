-- The forecast of payment dates put to the test: each invoice of the last 365 days that has been
-- paid, with the delay that would have been foretold on its own date. Even the choice of the rule
-- is that of the day: errors that were not known yet have no say in it.
with

organisations as (
    select organisation_id, as_of_date from staging.organisations
),

tested as (
    select guesses.*
    from intermediate.payment_guesses as guesses
    join organisations
        on organisations.organisation_id = guesses.organisation_id
        and guesses.document_date > organisations.as_of_date - 365
)

select
    tested.organisation_id,
    tested.document_id,
    tested.contact_id,
    tested.document_date,
    tested.delay_days,
    tested.candidate_delays[coalesce(rules.candidate, 1)] as foretold,
    tested.shrunk_median_delay as shrunk_median,
    tested.due_date_delay as due_date,
    tested.contact_mean_delay as contact_mean
from tested
asof left join intermediate.payment_rules as rules
    on rules.organisation_id = tested.organisation_id
    and tested.document_date >= rules.known_from
