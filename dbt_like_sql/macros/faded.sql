-- What something counts for that is so many days old: a half after two years. Exact to nine
-- decimals (the cast rounds), so that sums do not hang on the order of adding.
create or replace macro intermediate.faded(age_days) as
    (0.5 ** (age_days / 730.0))::decimal(18, 9)
