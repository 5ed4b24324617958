-- A delay after a due date in whole days, moved from a weekend to the Monday after it for a client
-- who pays on working days only.
create or replace macro intermediate.on_a_pay_day(delay, due_date, is_weekday_payer) as
    (
        delay + case
            when is_weekday_payer and isodow(due_date + delay) > 5
                then 8 - isodow(due_date + delay)
            else 0
        end
    )::integer
