-- The forecast of payment dates put to the test: each invoice of the last 365 days that has been
-- paid, with the delay that would have been foretold on its own date, from what was settled before.
-- The organisation's median is that of the first of the month.
with

outcomes as (
    select organisation_id, contact_id, document_id, document_date, settled_date, delay_days,
        as_of_date
    from intermediate.invoice_outcomes
    where delay_days is not null
),

tested as (
    select *, date_trunc('month', document_date)::date as month
    from outcomes
    where document_date > as_of_date - 365
),

months as (
    select distinct organisation_id, month from tested
),

organisation_medians as (
    select
        months.organisation_id,
        months.month,
        median(known.delay_days) as median_delay
    from months
    join outcomes as known
        on known.organisation_id = months.organisation_id
        and known.settled_date < months.month
    group by months.organisation_id, months.month
),

contact_history as (
    select
        tested.organisation_id,
        tested.document_id,
        count(*) as invoices,
        median(known.delay_days) as median_delay,
        avg(known.delay_days) as mean_delay
    from tested
    join outcomes as known
        on known.organisation_id = tested.organisation_id
        and known.contact_id = tested.contact_id
        and known.settled_date < tested.document_date
    group by tested.organisation_id, tested.document_id
)

select
    tested.organisation_id,
    tested.document_id,
    tested.contact_id,
    tested.document_date,
    tested.delay_days,
    round(
        (
            coalesce(contact_history.invoices * contact_history.median_delay, 0)
            + 5 * coalesce(organisation_medians.median_delay, 0)
        ) / (coalesce(contact_history.invoices, 0) + 5)
    )::integer as foretold,
    0 as due_date,
    coalesce(round(contact_history.mean_delay)::integer, 0) as contact_mean
from tested
left join organisation_medians
    on organisation_medians.organisation_id = tested.organisation_id
    and organisation_medians.month = tested.month
left join contact_history
    on contact_history.organisation_id = tested.organisation_id
    and contact_history.document_id = tested.document_id
