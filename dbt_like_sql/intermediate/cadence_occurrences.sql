-- The occurrence of every filled slot, for streams that follow a schedule. Of two in one slot the
-- nearer one is it, and the earlier one of equally near ones.
with

chosen as (
    select organisation_id, stream_id, schedule_unit, schedule_period
    from intermediate.cadence_candidates
    where is_best and is_accepted
),

slots as (
    select slots.*
    from intermediate.cadence_slots as slots
    join chosen
        on chosen.organisation_id = slots.organisation_id
        and chosen.stream_id = slots.stream_id
        and chosen.schedule_unit = slots.schedule_unit
        and chosen.schedule_period = slots.schedule_period
    qualify row_number() over (
        partition by slots.organisation_id, slots.stream_id, slots.segment, slots.slot
        order by slots.days_off, slots.billed_on
    ) = 1
)

select
    slots.organisation_id,
    slots.stream_id,
    slots.schedule_unit,
    slots.schedule_period,
    slots.segment,
    slots.first_date as segment_first_date,
    slots.offset_days,
    slots.slot,
    slots.billed_on,
    occurrences.contact_id,
    occurrences.invoice_id,
    occurrences.invoice_number,
    occurrences.description,
    occurrences.currency_code,
    occurrences.is_instalment,
    occurrences.amount,
    lag(occurrences.amount) over stream as amount_before,
    lead(occurrences.amount) over stream as amount_after,
    -- Of the latest three in the same currency: the level of what varies.
    sum(occurrences.amount) over recent as recent_amount,
    count(*) over recent as recent_occurrences
from slots
join intermediate.hand_billed_occurrences as occurrences
    on occurrences.organisation_id = slots.organisation_id
    and occurrences.stream_id = slots.stream_id
    and occurrences.billed_on = slots.billed_on
window
    stream as (partition by slots.organisation_id, slots.stream_id order by slots.billed_on),
    recent as (
        partition by slots.organisation_id, slots.stream_id, occurrences.currency_code
        order by slots.billed_on
        rows between 2 preceding and current row
    )
