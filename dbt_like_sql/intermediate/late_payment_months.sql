-- What each contact's punctuality was known to be on the first of each month, and how the invoices
-- of that month turned out. One row per contact and month with either.
-- An invoice is known to be late on the day after, whenever it is paid; one that is only credited
-- in the end leaves again on that day. Forecasts are judged half a year later, by what was known
-- then, and tested by what is known today.
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
        weight,
        date_trunc('month', document_date)::date as month,
        settled_date is not null and delay_days is null as is_only_credited
    from intermediate.invoice_outcomes
),

turned_out as (
    select
        invoices.*,
        thresholds.event,
        invoices.due_date + thresholds.days as last_day,
        coalesce(invoices.settled_date, invoices.as_of_date + 1) > last_day as is_late,
        invoices.due_date + 60 < invoices.month + interval 6 months as is_judged
    from invoices
    cross join thresholds
    where invoices.as_of_date > last_day or invoices.settled_date <= last_day
),

news as (
    select
        organisation_id,
        as_of_date,
        contact_id,
        event,
        case when is_late then last_day + 1 else settled_date end as day,
        case when is_late then 1 else 0 end as late,
        weight,
        1 as invoices
    from turned_out
    where is_late or not is_only_credited
    union all
    select
        organisation_id,
        as_of_date,
        contact_id,
        event,
        settled_date,
        -1,
        -weight,
        -1
    from turned_out
    where is_late and is_only_credited
),

known as (
    select
        organisation_id,
        contact_id,
        event,
        -- What is older than two years is all the same to forecasts of the last two.
        greatest(last_day(day) + 1, date_trunc('month', as_of_date - 730)::date) as month,
        sum(invoices)::bigint as invoices,
        sum(late)::bigint as late,
        sum(weight) as weight,
        sum(case when late <> 0 then weight else 0 end) as late_weight
    from news
    group by all
),

outcomes as (
    select
        organisation_id,
        contact_id,
        event,
        month,
        count(*) filter (where is_judged and not is_gone) as judged,
        count(*) filter (where is_judged and not is_gone and is_late) as judged_late,
        count(*) filter (where is_past and not is_only_credited) as tested,
        count(*) filter (where is_past and not is_only_credited and is_late) as tested_late
    from (
        select
            *,
            as_of_date > last_day as is_past,
            is_only_credited and settled_date < month + interval 6 months as is_gone
        from turned_out
        where month > as_of_date - 730
    )
    group by all
)

select
    organisation_id,
    contact_id,
    event,
    month,
    coalesce(known.invoices, 0) as invoices,
    coalesce(known.late, 0) as late,
    coalesce(known.weight, 0) as weight,
    coalesce(known.late_weight, 0) as late_weight,
    coalesce(outcomes.judged, 0) as judged,
    coalesce(outcomes.judged_late, 0) as judged_late,
    coalesce(outcomes.tested, 0) as tested,
    coalesce(outcomes.tested_late, 0) as tested_late
from known
full join outcomes
    using (organisation_id, contact_id, event, month)
