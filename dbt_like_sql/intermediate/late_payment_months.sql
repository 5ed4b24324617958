-- What became known in each month of each contact's punctuality: how many invoices turned out to be
-- late or not, by more than 0, 30 and 60 days, and what they weigh today. An invoice is known to be
-- late on the day after, whenever it is paid. One that is only credited in the end leaves again on
-- that day.
with

thresholds as (
    from (values ('late', 0), ('over_30', 30), ('over_60', 60)) as thresholds (event, days)
),

invoices as (
    select
        organisation_id,
        as_of_date,
        contact_id,
        due_date,
        settled_date,
        settled_date is not null and delay_days is null as is_only_credited
    from intermediate.invoice_outcomes
),

turned_out as (
    select
        invoices.*,
        thresholds.event,
        invoices.due_date + thresholds.days as last_day,
        coalesce(invoices.settled_date, invoices.as_of_date + 1) > last_day as is_late
    from invoices
    cross join thresholds
    where invoices.as_of_date > last_day or invoices.settled_date <= last_day
),

decisions as (
    select
        organisation_id,
        as_of_date,
        contact_id,
        event,
        case when is_late then last_day + 1 else settled_date end as decided_on,
        case when is_late then due_date else least(due_date, settled_date) end as aged_from,
        1 as counts,
        is_late
    from turned_out
    where is_late or not is_only_credited
    union all
    select organisation_id, as_of_date, contact_id, event, settled_date, due_date, -1, is_late
    from turned_out
    where is_late and is_only_credited
),

weighed as (
    select
        *,
        counts * intermediate.faded(as_of_date - aged_from, 180) as weight_180,
        counts * intermediate.faded(as_of_date - aged_from, 730) as weight_730
    from decisions
)

select
    organisation_id,
    contact_id,
    event,
    (date_trunc('month', decided_on) + interval 1 month)::date as known_from,
    sum(counts)::bigint as invoices,
    coalesce(sum(counts) filter (where is_late), 0)::bigint as late_invoices,
    sum(weight_180) as weight_180,
    coalesce(sum(weight_180) filter (where is_late), 0) as late_weight_180,
    sum(weight_730) as weight_730,
    coalesce(sum(weight_730) filter (where is_late), 0) as late_weight_730
from weighed
group by all
