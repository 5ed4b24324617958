-- What was known of delays at each of those month ends, by the rule of intermediate.payment_delays
-- that stood then: from invoices settled by then and no other.
with

contacts as (
    select distinct organisation_id, contact_id from intermediate.contact_delay_history
),

asked as (
    select month_ends.organisation_id, month_ends.as_of_date, contacts.contact_id
    from intermediate.forecast_month_ends as month_ends
    join contacts
        on contacts.organisation_id = month_ends.organisation_id
),

known_of_contacts as (
    select
        asked.organisation_id,
        asked.as_of_date,
        asked.contact_id,
        history.invoices,
        history.long_delay,
        history.short_delay,
        history.is_weekday_payer
    from asked
    asof join intermediate.contact_delay_history as history
        on history.organisation_id = asked.organisation_id
        and history.contact_id = asked.contact_id
        and asked.as_of_date >= history.settled_date
),

-- Of a contact that has paid nothing yet: what is known of the organisation.
known as (
    select * from known_of_contacts
    union all by name
    select organisation_id, as_of_date, 0 as invoices, false as is_weekday_payer
    from intermediate.forecast_month_ends
),

ruled as (
    select known.*, coalesce(rules.candidate, 1) as candidate
    from known
    asof left join intermediate.payment_rules as rules
        on rules.organisation_id = known.organisation_id
        and known.as_of_date >= rules.known_from
)

select
    ruled.organisation_id,
    ruled.as_of_date,
    ruled.contact_id,
    ruled.is_weekday_payer,
    intermediate.candidate_delays(
        ruled.invoices, ruled.long_delay, ruled.short_delay, organisations.median_delay
    )[ruled.candidate] as expected_delay
from ruled
asof join intermediate.organisation_delay_history as organisations
    on organisations.organisation_id = ruled.organisation_id
    and ruled.as_of_date >= organisations.settled_date
