-- Cash by account at each month end since the first movement, and now: today's balance counted
-- back by the movements and revaluations since. What the books began with is in the first opening.
with

balances as (
    select
        organisation_id, as_of_date, account_id, account_code, account_name, currency_code,
        is_credit_card, balance_base, revaluation_base
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

-- What Xero had revalued a foreign account by when each month began that a report was read in.
known_revaluations as (
    select periods.organisation_id, periods.account_id, periods.month,
        periods.opening_beyond_movements as revalued_by
    from intermediate.bank_report_periods as periods
    join balances
        on balances.organisation_id = periods.organisation_id
        and balances.account_id = periods.account_id
        and balances.revaluation_base <> 0
    where periods.is_last_of_month
    union all
    -- And what it is by now.
    select balances.organisation_id, balances.account_id,
        (date_trunc('month', balances.as_of_date) + interval 1 month)::date,
        balances.revaluation_base + conversions.conversion_base
    from balances
    join intermediate.conversion_balances as conversions
        on conversions.organisation_id = balances.organisation_id
        and conversions.account_id = balances.account_id
    where balances.revaluation_base <> 0
),

-- Months without a report between two with one: their revaluation shows in the last of them.
revaluations as (
    select
        organisation_id,
        account_id,
        (month - interval 1 month)::date as month,
        revalued_by - lag(revalued_by) over (
            partition by organisation_id, account_id order by month
        ) as revaluation_base
    from known_revaluations
),

changes as (
    select
        balances.*,
        month_ends.month,
        coalesce(monthly.movements_base, 0) as movements_base,
        coalesce(revaluations.revaluation_base, 0) as month_revaluation_base
    from balances
    join month_ends
        on month_ends.organisation_id = balances.organisation_id
    left join monthly
        on monthly.organisation_id = balances.organisation_id
        and monthly.account_id = balances.account_id
        and monthly.month = month_ends.month
    left join revaluations
        on revaluations.organisation_id = balances.organisation_id
        and revaluations.account_id = balances.account_id
        and revaluations.month = month_ends.month
),

counted_back as (
    select
        *,
        balance_base - coalesce(
            sum(movements_base + month_revaluation_base) over (
                partition by organisation_id, account_id
                order by month desc
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as closing_base
    from changes
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
    (closing_base - movements_base - month_revaluation_base)::decimal(18, 2) as opening_base,
    movements_base::decimal(18, 2) as movements_base,
    month_revaluation_base::decimal(18, 2) as revaluation_base,
    closing_base::decimal(18, 2) as closing_base
from counted_back
