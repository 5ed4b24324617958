-- The occurrence of every filled slot, for streams that follow a schedule. Of two in one slot the
-- nearer one is it, and the earlier one of equally near ones.
with

chosen as (
    select
        organisation_id,
        stream,
        schedule_unit,
        schedule_period,
        occurrences > filled_slots as is_crowded
    from intermediate.cadence_candidates
    where is_best and is_accepted
),

placed as (
    select
        slots.organisation_id,
        slots.stream,
        slots.schedule_unit,
        slots.schedule_period,
        slots.first_date,
        slots.offset_days,
        slots.slot,
        slots.billed_on,
        slots.days_off,
        chosen.is_crowded
    from intermediate.cadence_slots as slots
    join chosen
        on chosen.organisation_id = slots.organisation_id
        and chosen.stream = slots.stream
        and chosen.schedule_unit = slots.schedule_unit
        and chosen.schedule_period = slots.schedule_period
),

filled as (
    select * from placed where not is_crowded
    union all
    select *
    from placed
    where is_crowded
    qualify row_number() over (
        partition by organisation_id, stream, first_date, slot
        order by days_off, billed_on
    ) = 1
),

in_a_row as (
    select
        filled.* exclude (days_off, is_crowded),
        occurrences.thing,
        occurrences.invoice_id,
        occurrences.invoice_number,
        occurrences.currency_code,
        occurrences.amount,
        lag(occurrences.amount) over neighbours as amount_before,
        lag(occurrences.amount, 2) over neighbours as amount_before_that,
        lag(occurrences.currency_code) over neighbours as currency_before,
        lag(occurrences.currency_code, 2) over neighbours as currency_before_that,
        lead(occurrences.amount) over neighbours as amount_after,
        lead(filled.billed_on) over neighbours as next_billed_on
    from filled
    join intermediate.hand_billed_occurrences as occurrences
        on occurrences.organisation_id = filled.organisation_id
        and occurrences.stream = filled.stream
        and occurrences.billed_on = filled.billed_on
    window neighbours as (
        partition by filled.organisation_id, filled.stream order by filled.billed_on
    )
),

comparable as (
    select
        *,
        coalesce(currency_before = currency_code, false) as is_second,
        coalesce(currency_before = currency_code and currency_before_that = currency_code, false)
            as is_third
    from in_a_row
)

select
    organisation_id,
    stream,
    thing,
    schedule_unit,
    schedule_period,
    first_date as segment_first_date,
    offset_days,
    slot,
    billed_on,
    next_billed_on,
    invoice_id,
    invoice_number,
    currency_code,
    amount,
    amount_before,
    amount_after,
    -- The level of what varies: the latest three in the same currency.
    (
        amount
        + case when is_second then amount_before else 0 end
        + case when is_third then amount_before_that else 0 end
    )::decimal(18, 2) as recent_amount,
    1 + is_second::integer + is_third::integer as recent_occurrences
from comparable
