-- Cash by account at each month end since the first movement, and now: today's balance counted
-- back by the movements since, so that what the books began with needs no row of its own.
with

balances as (
    select
        organisation_id, as_of_date, account_id, account_code, account_name, currency_code,
        is_credit_card, balance_base
    from intermediate.cash_accounts
),

movements as (
    select organisation_id, account_id, movement_date, amount_base
    from intermediate.cash_movements
),

first_movements as (
    select organisation_id, min(movement_date) as first_date
    from movements
    group by organisation_id
),

month_ends as (
    select
        organisations.organisation_id,
        unnest(
            generate_series(
                date_trunc('month', first_movements.first_date),
                date_trunc('month', organisations.as_of_date),
                interval 1 month
            )
        )::date as month
    from staging.organisations as organisations
    join first_movements
        on first_movements.organisation_id = organisations.organisation_id
),

monthly as (
    select
        organisation_id,
        account_id,
        date_trunc('month', movement_date)::date as month,
        sum(amount_base) as movements_base
    from movements
    group by all
),

counted_back as (
    select
        balances.*,
        month_ends.month,
        balances.balance_base - coalesce(
            sum(monthly.movements_base) over (
                partition by balances.organisation_id, balances.account_id
                order by month_ends.month desc
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as closing_base,
        coalesce(monthly.movements_base, 0) as movements_base
    from balances
    join month_ends
        on month_ends.organisation_id = balances.organisation_id
    left join monthly
        on monthly.organisation_id = balances.organisation_id
        and monthly.account_id = balances.account_id
        and monthly.month = month_ends.month
)

select
    organisation_id,
    month,
    least(last_day(month), as_of_date) as as_of_date,
    account_id,
    account_code,
    account_name,
    currency_code,
    is_credit_card,
    (closing_base - movements_base)::decimal(18, 2) as opening_base,
    movements_base::decimal(18, 2) as movements_base,
    closing_base::decimal(18, 2) as closing_base
from counted_back
