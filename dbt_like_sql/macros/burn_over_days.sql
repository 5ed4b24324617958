-- Three months' burn spread over a number of days: a year's is four times as much, over 365 days.
create or replace macro intermediate.burn_over_days(burn_3_months, days) as (
    intermediate.divide_half_up(burn_3_months * 100 * 4 * days, 365)::decimal(20, 0) * 0.01
)::decimal(18, 2)
