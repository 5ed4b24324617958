-- Each Bank Summary that was read, account by account, beside our own movements of the same days.
-- It is asked for from the first of the month to the as-of date. What it holds beyond our movements
-- is what the books began with in Xero and, of an account in foreign currency, what Xero revalued
-- it by: the closing balance has that which the flows do not explain.
with

reports as (
    select
        bank_summary.organisation_id,
        bank_summary.account_id,
        bank_summary.as_of_date,
        date_trunc('month', bank_summary.as_of_date)::date - 1 as day_before,
        bank_summary.opening_balance,
        bank_summary.cash_received - bank_summary.cash_spent as net_flow,
        bank_summary.closing_balance,
        bank_summary.synced_at
    from staging.bank_summary as bank_summary
    join staging.organisations as organisations
        on organisations.organisation_id = bank_summary.organisation_id
        and bank_summary.as_of_date <= organisations.as_of_date
    where bank_summary.account_id is not null
),

with_opening as (
    select reports.*, coalesce(days.running_base, 0) as movements_before_base
    from reports
    asof left join intermediate.cash_account_days as days
        on days.organisation_id = reports.organisation_id
        and days.account_id = reports.account_id
        and days.day <= reports.day_before
),

with_closing as (
    select with_opening.*, coalesce(days.running_base, 0) as movements_to_date_base
    from with_opening
    asof left join intermediate.cash_account_days as days
        on days.organisation_id = with_opening.organisation_id
        and days.account_id = with_opening.account_id
        and days.day <= with_opening.as_of_date
)

select
    organisation_id,
    account_id,
    date_trunc('month', as_of_date)::date as month,
    as_of_date,
    as_of_date = max(as_of_date) over (
        partition by organisation_id, account_id, date_trunc('month', as_of_date)
    ) as is_last_of_month,
    opening_balance,
    net_flow,
    closing_balance,
    (movements_to_date_base - movements_before_base)::decimal(18, 2) as movements_base,
    (opening_balance - movements_before_base)::decimal(18, 2) as opening_beyond_movements,
    (closing_balance - movements_to_date_base)::decimal(18, 2) as closing_beyond_movements,
    synced_at
from with_closing
