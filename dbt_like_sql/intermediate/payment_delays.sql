-- The usual delay of each contact in days past due, shrunk towards the organisation's: with n
-- settled invoices (n x contact's median + 5 x organisation's median) / (n + 5), so that one odd
-- invoice does not make a habit.
with

outcomes as (
    select organisation_id, contact_id, delay_days from intermediate.invoice_outcomes
),

organisation_medians as (
    select organisation_id, median(delay_days) as median_delay
    from outcomes
    group by organisation_id
),

contact_medians as (
    select
        organisation_id,
        contact_id,
        count(delay_days) as settled_invoices,
        median(delay_days) as median_delay,
        avg(delay_days) as mean_delay
    from outcomes
    group by organisation_id, contact_id
)

select
    contacts.organisation_id,
    contacts.contact_id,
    contacts.settled_invoices,
    contacts.median_delay as contact_median_delay,
    round(contacts.mean_delay, 1) as contact_mean_delay,
    organisations.median_delay as organisation_median_delay,
    round(
        (
            contacts.settled_invoices * coalesce(contacts.median_delay, 0)
            -- Nobody has paid yet: the due date is all there is to go by.
            + 5 * coalesce(organisations.median_delay, 0)
        ) / (contacts.settled_invoices + 5)
    )::integer as expected_delay
from contact_medians as contacts
left join organisation_medians as organisations
    on organisations.organisation_id = contacts.organisation_id
