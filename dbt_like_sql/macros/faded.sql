-- What something counts for that is so many days old: a half after each half-life. Exact to twelve
-- decimals, so that sums do not hang on the order of adding.
create or replace macro intermediate.faded(age_days, half_life) as
    round(0.5 ** (age_days / half_life::double), 12)::decimal(15, 12)
