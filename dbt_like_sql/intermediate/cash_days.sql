-- Bank accounts less credit card debt at the end of each day on which something moved, counted back
-- from now, and before the first of them.
with

cash as (
    select organisation_id, as_of_date, sum(balance_base) as balance_base
    from intermediate.cash_accounts
    group by organisation_id, as_of_date
),

daily as (
    select organisation_id, day, sum(movements_base)::decimal(18, 2) as movements_base
    from intermediate.cash_account_days
    group by organisation_id, day
    union all
    -- A day before everything: what the books began with.
    select organisation_id, min(day) - 1, 0
    from intermediate.cash_account_days
    group by organisation_id
)

select
    daily.organisation_id,
    daily.day,
    (
        cash.balance_base - coalesce(
            sum(daily.movements_base) over (
                partition by daily.organisation_id
                order by daily.day desc
                rows between unbounded preceding and 1 preceding
            ),
            0
        )
    )::decimal(18, 2) as cash_base
from daily
join cash
    on cash.organisation_id = daily.organisation_id
