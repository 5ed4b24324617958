-- Every occurrence of a stream in the slots of every schedule that its usual gap speaks for. Slots
-- are counted anew when a customer had left and came back.
with

gaps as (
    select
        organisation_id,
        stream,
        billed_on,
        billed_on - lag(billed_on) over (
            partition by organisation_id, stream order by billed_on
        ) as gap
    from intermediate.hand_billed_occurrences
),

usual_gaps as (
    select
        organisation_id,
        stream,
        quantile_disc(gap, 0.5) as usual_gap
    from gaps
    group by organisation_id, stream
    having count(*) >= 3
),

plausible as (
    select
        usual_gaps.organisation_id,
        usual_gaps.stream,
        schedules.schedule_unit,
        schedules.schedule_period,
        schedules.days
    from usual_gaps
    join intermediate.cadence_schedules() as schedules
        on usual_gaps.usual_gap between 0.75 * schedules.days - 1 and 1.35 * schedules.days
),

-- One slot left out, or a holiday of some weeks, is no end; of half-yearly and yearly ones, one is.
-- A span between two such ends is named by its first day.
spans as (
    select
        gaps.organisation_id,
        gaps.stream,
        plausible.schedule_unit,
        plausible.schedule_period,
        plausible.days,
        gaps.billed_on as first_date,
        lead(gaps.billed_on, 1, date '9999-12-31') over (
            partition by gaps.organisation_id, gaps.stream, plausible.days
            order by gaps.billed_on
        ) as next_first_date
    from gaps
    join plausible
        on plausible.organisation_id = gaps.organisation_id
        and plausible.stream = gaps.stream
    where gaps.gap is null
        or (
            gaps.gap > 45
            and gaps.gap >= case when plausible.days > 180 then 1.5 else 2.5 end * plausible.days
        )
),

begun as (
    select
        spans.organisation_id,
        spans.stream,
        spans.schedule_unit,
        spans.schedule_period,
        spans.days,
        spans.first_date,
        gaps.billed_on
    from gaps
    join spans
        on spans.organisation_id = gaps.organisation_id
        and spans.stream = gaps.stream
        and gaps.billed_on >= spans.first_date
        and gaps.billed_on < spans.next_first_date
),

numbered as (
    select *, round((billed_on - first_date) / days)::integer as slot from begun
),

placed as (
    select
        *,
        billed_on - intermediate.cadence_slot_start(
            schedule_unit, schedule_period, first_date, slot
        ) as offset_days
    from numbered
),

typical as (
    select
        organisation_id,
        stream,
        days,
        first_date,
        quantile_disc(offset_days, 0.5)::integer as offset_days
    from placed
    group by organisation_id, stream, days, first_date
)

select
    placed.organisation_id,
    placed.stream,
    placed.schedule_unit,
    placed.schedule_period,
    placed.first_date,
    typical.offset_days,
    placed.slot,
    placed.billed_on,
    abs(
        placed.billed_on - intermediate.cadence_slot_day(
            placed.schedule_unit,
            placed.schedule_period,
            placed.first_date,
            placed.slot,
            typical.offset_days
        )
    ) as days_off
from placed
join typical
    on typical.organisation_id = placed.organisation_id
    and typical.stream = placed.stream
    and typical.days = placed.days
    and typical.first_date = placed.first_date
