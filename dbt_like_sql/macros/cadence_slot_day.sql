-- The day on which a slot's invoice is expected: the slot's start plus the typical offset. What is
-- billed at a month's end is billed on the last day of a short month.
create or replace macro intermediate.cadence_slot_day(unit, period, first_date, slot, offset_days) as
    case
        when unit = 'MONTHLY' and offset_days between 28 and 30
            then least(
                intermediate.cadence_slot_start(unit, period, first_date, slot) + offset_days,
                last_day(intermediate.cadence_slot_start(unit, period, first_date, slot))
            )
        else intermediate.cadence_slot_start(unit, period, first_date, slot) + offset_days
    end
