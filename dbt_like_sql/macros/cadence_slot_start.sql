-- The day that a slot's offsets are counted from: the first of its month, or for weekly schedules
-- the day as many weeks after the first invoice.
create or replace macro intermediate.cadence_slot_start(unit, period, first_date, slot) as
    case unit
        when 'WEEKLY' then first_date + (7 * period * slot)::integer
        else
            (date_trunc('month', first_date) + to_months((period * slot)::integer))::date
    end
