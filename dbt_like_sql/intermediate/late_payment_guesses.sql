-- What each way of foretelling would have said, on the first of each month of the last two years,
-- of how likely a contact's invoices of that month are late, from what was known before that day;
-- and how many of them were.
with

organisations as (
    select organisation_id, as_of_date from staging.organisations
),

contacts_so_far as (
    select
        organisation_id,
        contact_id,
        event,
        month,
        judged,
        judged_late,
        tested,
        tested_late,
        sum(invoices) over so_far as known_invoices,
        sum(late) over so_far as known_late,
        sum(weight) over so_far as known_weight,
        sum(late_weight) over so_far as known_late_weight
    from intermediate.late_payment_months
    window so_far as (
        partition by organisation_id, contact_id, event order by month
        rows between unbounded preceding and current row
    )
),

organisation_months as (
    select
        organisation_id,
        event,
        month,
        sum(invoices) as invoices,
        sum(late) as late,
        sum(weight) as weight,
        sum(late_weight) as late_weight
    from intermediate.late_payment_months
    group by organisation_id, event, month
),

organisations_so_far as (
    select
        organisation_id,
        event,
        month,
        sum(invoices) over so_far as known_invoices,
        sum(late) over so_far as known_late,
        sum(weight) over so_far as known_weight,
        sum(late_weight) over so_far as known_late_weight
    from organisation_months
    window so_far as (
        partition by organisation_id, event order by month
        rows between unbounded preceding and current row
    )
),

-- Weights are those of the as-of date: seen from the month they were as much greater.
compared as (
    select
        contacts.*,
        2 ** ((organisations.as_of_date - contacts.month) / 730.0) as younger,
        coalesce(everybody.known_late / nullif(everybody.known_invoices, 0), 0.5) as base_rate,
        (everybody.known_late_weight * younger + 1) / (everybody.known_weight * younger + 2)
            as weighed_rate
    from contacts_so_far as contacts
    join organisations
        on organisations.organisation_id = contacts.organisation_id
    join organisations_so_far as everybody
        on everybody.organisation_id = contacts.organisation_id
        and everybody.event = contacts.event
        and everybody.month = contacts.month
    where contacts.judged > 0 or contacts.tested > 0
)

select
    organisation_id,
    contact_id,
    event,
    month,
    judged,
    judged_late,
    tested,
    tested_late,
    round(base_rate, 4)::decimal(9, 4) as base_rate,
    round(coalesce(known_late / nullif(known_invoices, 0), base_rate), 4)::decimal(9, 4)
        as contact_rate,
    intermediate.candidate_odds(
        known_late_weight * younger, known_weight * younger, weighed_rate
    ) as candidate_odds
from compared
