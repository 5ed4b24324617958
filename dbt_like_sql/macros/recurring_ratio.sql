-- A ratio of two money amounts, rounded half-up to 4 decimals; NULL for a zero denominator.
create or replace macro intermediate.recurring_ratio(numerator, denominator) as (
    intermediate.divide_half_up(numerator::decimal(28, 2) * 10000, denominator::decimal(28, 2))
        ::decimal(20, 0)
    * 0.0001
)::decimal(18, 4)
