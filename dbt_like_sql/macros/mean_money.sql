-- The mean of a list of amounts, half-up to the cent; NULL for an empty list.
create or replace macro intermediate.mean_money(amounts) as (
    intermediate.divide_half_up(list_sum(amounts) * 100, len(amounts))::decimal(20, 0) * 0.01
)::decimal(18, 2)
