-- An exact amount with more decimals, half-up to the cent. A cast does the same; of the widest
-- DECIMAL, which sums are, it divides bit by bit and takes five times as long.
create or replace macro intermediate.to_cents(amount) as (
    intermediate.divide_half_up(amount * 100, 1)::decimal(20, 0) * 0.01
)::decimal(18, 2)
