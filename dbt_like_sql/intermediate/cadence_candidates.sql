-- How well every plausible schedule explains a stream, and which one does so best.
with

segments as (
    select
        slots.organisation_id,
        slots.stream,
        slots.schedule_unit,
        slots.schedule_period,
        any_value(schedules.schedule_name) as schedule_name,
        any_value(schedules.days) as days,
        any_value(schedules.handicap) as handicap,
        count(*) as occurrences,
        count(distinct slots.slot) as filled_slots,
        count(distinct slots.slot) filter (where slots.days_off <= schedules.tolerance) as fitting,
        max(slots.slot) + 1 as slots,
        sum(slots.days_off) as days_off
    from intermediate.cadence_slots as slots
    join intermediate.cadence_schedules() as schedules
        on schedules.schedule_unit = slots.schedule_unit
        and schedules.schedule_period = slots.schedule_period
    group by
        slots.organisation_id,
        slots.stream,
        slots.schedule_unit,
        slots.schedule_period,
        slots.first_date
),

candidates as (
    select
        organisation_id,
        stream,
        schedule_unit,
        schedule_period,
        any_value(schedule_name) as schedule_name,
        any_value(days) as days,
        sum(occurrences)::integer as occurrences,
        sum(filled_slots)::integer as filled_slots,
        sum(fitting)::integer as fitting,
        sum(slots)::integer as slots,
        count(*)::integer as segments,
        sum(days_off) / sum(occurrences) as mean_days_off,
        any_value(handicap) as handicap
    from segments
    group by organisation_id, stream, schedule_unit, schedule_period
),

judged as (
    select
        *,
        -- The slots of a segment are laid through its typical day: one occurrence of it always
        -- fits and proves nothing.
        (fitting - segments) / nullif(occurrences - segments, 0) as fit_share,
        filled_slots / slots as coverage,
        filled_slots >= 3
        and segments <= 1 + occurrences // 4
        and coalesce(fit_share >= 0.6, false)
        -- One slot in three may have been left out, one in five where there are many: sales that
        -- come about once a week by chance fill two weeks in three.
        and case
            when schedule_unit = 'WEEKLY' then 5 * filled_slots >= 4 * slots
            else 3 * filled_slots >= 2 * slots
        end as is_accepted
    from candidates
)

select
    *,
    row_number() over (
        partition by organisation_id, stream
        order by is_accepted desc, mean_days_off + handicap, days
    ) = 1 as is_best
from judged
