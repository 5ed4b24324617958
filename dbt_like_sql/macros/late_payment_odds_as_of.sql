-- How likely a contact's next invoice is to be paid late, more than 30 and more than 60 days late:
-- a beta-binomial with weights that fade with age and the organisation's own rate as the prior,
-- worth k invoices. Of a new contact it says what it says of the organisation.
--   organisation: p0 = (sum of weights late + 1) / (sum of weights + 2)
--   contact:      p  = (sum of weights late + k p0) / (sum of weights + k)
-- k is what the organisation's own past speaks for: late_payment_rules.
-- months_ago: 0 for each organisation's as-of date, 1 for the same day of the month before.
create or replace macro intermediate.late_payment_odds_as_of(months_ago) as table
with

known as (
    select organisation_id, as_of_date, contact_id, weight, is_late, is_over_30, is_over_60
    from intermediate.invoice_outcomes
    where months_ago = 0
    union all
    select organisation_id, as_of_date, contact_id, weight, is_late, is_over_30, is_over_60
    from intermediate.invoice_outcomes_a_month_ago
    where months_ago = 1
),

days as (
    select organisation_id, any_value(as_of_date) as as_of_date
    from known
    group by organisation_id
),

ruled as (
    select
        days.organisation_id,
        coalesce(rules.k, 5) as k
    from days
    asof left join intermediate.late_payment_rules as rules
        on rules.organisation_id = days.organisation_id
        and days.as_of_date >= rules.known_from
),

outcomes as (
    select
        known.organisation_id,
        known.contact_id,
        known.is_late,
        known.is_over_30,
        known.is_over_60,
        ruled.k,
        known.weight
    from known
    join ruled
        on ruled.organisation_id = known.organisation_id
),

contacts as (
    select
        organisation_id,
        contact_id,
        any_value(k) as k,
        count(is_late) as decided_invoices,
        count(*) filter (where is_late = false) as on_time_invoices,
        coalesce(sum(weight) filter (where is_late is not null), 0) as weight_late_known,
        coalesce(sum(weight) filter (where is_late), 0) as weight_late,
        coalesce(sum(weight) filter (where is_over_30 is not null), 0) as weight_30_known,
        coalesce(sum(weight) filter (where is_over_30), 0) as weight_30,
        coalesce(sum(weight) filter (where is_over_60 is not null), 0) as weight_60_known,
        coalesce(sum(weight) filter (where is_over_60), 0) as weight_60
    from outcomes
    group by organisation_id, contact_id
),

priors as (
    select
        organisation_id,
        (sum(weight_late) + 1)::double / (sum(weight_late_known) + 2) as late,
        (sum(weight_30) + 1)::double / (sum(weight_30_known) + 2) as over_30,
        (sum(weight_60) + 1)::double / (sum(weight_60_known) + 2) as over_60
    from contacts
    group by organisation_id
)

select
    contacts.organisation_id,
    contacts.contact_id,
    contacts.decided_invoices,
    contacts.on_time_invoices,
    intermediate.shrunk_odds(
        contacts.weight_late, contacts.weight_late_known, contacts.k, priors.late
    ) as p_late,
    intermediate.shrunk_odds(
        contacts.weight_30, contacts.weight_30_known, contacts.k, priors.over_30
    ) as p_over_30,
    intermediate.shrunk_odds(
        contacts.weight_60, contacts.weight_60_known, contacts.k, priors.over_60
    ) as p_over_60
from contacts
join priors
    on priors.organisation_id = contacts.organisation_id
