-- What was known at each of those month ends of invoices that became more than 60 days late: how many
-- did, and how many of them came in all the same. Each invoice decides itself on a day of its own.
with

outcomes as (
    select organisation_id, due_date, settled_date, delay_days
    from intermediate.invoice_outcomes
),

decisions as (
    select organisation_id, due_date + 61 as day, 1 as late, 0 as in_time, 0 as recovered
    from outcomes
    where coalesce(settled_date > due_date + 60, true)
    union all
    select organisation_id, settled_date, 0, 1, 0
    from outcomes
    where delay_days <= 60
    union all
    select organisation_id, settled_date, 0, 0, 1
    from outcomes
    where delay_days > 60
),

daily as (
    select
        organisation_id,
        day,
        sum(late) as late,
        sum(in_time) as in_time,
        sum(recovered) as recovered
    from decisions
    group by organisation_id, day
),

known as (
    select
        month_ends.organisation_id,
        month_ends.as_of_date,
        coalesce(sum(daily.late), 0) as late,
        coalesce(sum(daily.in_time), 0) as in_time,
        coalesce(sum(daily.recovered), 0) as recovered
    from intermediate.forecast_month_ends as month_ends
    left join daily
        on daily.organisation_id = month_ends.organisation_id
        and daily.day <= month_ends.as_of_date
    group by month_ends.organisation_id, month_ends.as_of_date
)

select
    organisation_id,
    as_of_date,
    (late + 1)::double / (late + in_time + 2) as p_over_60,
    (recovered + 1)::double / (late + 2) as p_recovered
from known
