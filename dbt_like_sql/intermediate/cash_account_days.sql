-- What each bank account and credit card moved on each day that it moved, and the running sum: any
-- balance of the past is the row of the last such day.
with

daily as (
    select
        organisation_id,
        account_id,
        movement_date as day,
        sum(amount)::decimal(18, 2) as amount,
        sum(amount_base)::decimal(18, 2) as amount_base
    from intermediate.cash_movements
    group by organisation_id, account_id, movement_date
)

select
    organisation_id,
    account_id,
    day,
    amount_base as movements_base,
    (sum(amount) over so_far)::decimal(18, 2) as running,
    coalesce(sum(amount_base) over so_far, 0)::decimal(18, 2) as running_base
from daily
window so_far as (
    partition by organisation_id, account_id order by day
    rows between unbounded preceding and current row
)
