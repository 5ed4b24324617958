-- What was known of delays at each of those month ends: the usual delay of each contact in days past
-- due, shrunk as in intermediate.payment_delays, from invoices settled by then and no other.
with

settled as (
    select month_ends.as_of_date, outcomes.organisation_id, outcomes.contact_id, outcomes.delay_days
    from intermediate.forecast_month_ends as month_ends
    join intermediate.invoice_outcomes as outcomes
        on outcomes.organisation_id = month_ends.organisation_id
        and outcomes.settled_date <= month_ends.as_of_date
    where outcomes.delay_days is not null
),

organisation_medians as (
    select organisation_id, as_of_date, median(delay_days) as median_delay
    from settled
    group by organisation_id, as_of_date
),

contact_medians as (
    select
        organisation_id,
        as_of_date,
        contact_id,
        count(*) as invoices,
        median(delay_days) as median_delay
    from settled
    group by organisation_id, as_of_date, contact_id
)

select
    contacts.organisation_id,
    contacts.as_of_date,
    contacts.contact_id,
    round(
        (contacts.invoices * contacts.median_delay + 5 * organisations.median_delay)
        / (contacts.invoices + 5)
    )::integer as expected_delay
from contact_medians as contacts
join organisation_medians as organisations
    on organisations.organisation_id = contacts.organisation_id
    and organisations.as_of_date = contacts.as_of_date
union all
-- Of a contact that has paid nothing yet: what is known of the organisation.
select organisation_id, as_of_date, null, round(median_delay)::integer
from organisation_medians
