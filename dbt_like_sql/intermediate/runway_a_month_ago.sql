-- Cash on the same day of the month before, and the burn of the three complete months that came
-- before that day: the default runway as it would have been reckoned then.
with

days as (
    select
        organisation_id,
        (as_of_date - interval 1 month)::date as day,
        (date_trunc('month', as_of_date) - interval 4 months)::date as first_month,
        (date_trunc('month', as_of_date) - interval 2 months)::date as last_month
    from staging.organisations
),

-- Today's balances, counted back by what has moved since.
moved_since as (
    select movements.organisation_id, sum(movements.amount_base) as amount_base
    from intermediate.cash_movements as movements
    join days
        on days.organisation_id = movements.organisation_id
        and movements.movement_date > days.day
    join intermediate.cash_accounts as accounts
        on accounts.organisation_id = movements.organisation_id
        and accounts.account_id = movements.account_id
        and not accounts.is_credit_card
    group by movements.organisation_id
),

cash_now as (
    select organisation_id, sum(balance_base) filter (where not is_credit_card) as cash_base
    from intermediate.cash_accounts
    group by organisation_id
),

-- The month in which the books begin is a part of a month.
complete_months as (
    select organisation_id, month, net_burn_base
    from intermediate.cash_months
    where is_complete
    qualify month > min(month) over (partition by organisation_id)
),

burn as (
    select
        days.organisation_id,
        count(*) as months_found,
        intermediate.mean_money(list(complete_months.net_burn_base)) as net_burn_base
    from days
    join complete_months
        on complete_months.organisation_id = days.organisation_id
        and complete_months.month between days.first_month and days.last_month
    group by days.organisation_id
),

states as (
    select
        days.organisation_id,
        days.day,
        (coalesce(cash_now.cash_base, 0) - coalesce(moved_since.amount_base, 0))
            ::decimal(18, 2) as cash_base,
        case when burn.months_found = 3 then burn.net_burn_base end as net_burn_base
    from days
    left join cash_now
        on cash_now.organisation_id = days.organisation_id
    left join moved_since
        on moved_since.organisation_id = days.organisation_id
    left join burn
        on burn.organisation_id = days.organisation_id
)

select
    organisation_id,
    day,
    cash_base,
    net_burn_base,
    case
        when net_burn_base is null then 'insufficient_history'
        when net_burn_base <= 0 then 'cash_generative'
        else 'runway'
    end as state,
    case
        when net_burn_base > 0
            then greatest(
                intermediate.divide_half_up(
                    (cash_base * 10000)::hugeint, (net_burn_base * 100)::hugeint
                )::decimal(20, 0) * 0.01,
                0
            )
    end::decimal(18, 2) as runway_months
from states
