-- Bank accounts and credit cards at the organisation's as-of date: the running sum of movements,
-- beside the closing balance of Xero's Bank Summary report where one was read for that day.
with

organisations as (
    select organisation_id, base_currency, as_of_date from staging.organisations
),

accounts as (
    select organisation_id, account_id, code, name, currency_code, is_credit_card, status
    from staging.accounts
    where is_bank_account
),

movements as (
    select
        organisation_id,
        account_id,
        sum(amount) as balance,
        case when bool_or(is_rate_missing) then null else sum(amount_base) end as balance_base,
        max(movement_date) as last_movement_date
    from intermediate.cash_movements
    group by organisation_id, account_id
),

reports as (
    select organisation_id, as_of_date, account_id, closing_balance
    from staging.bank_summary
    where account_id is not null
)

select
    accounts.organisation_id,
    organisations.as_of_date,
    accounts.account_id,
    accounts.code as account_code,
    accounts.name as account_name,
    accounts.status as account_status,
    coalesce(accounts.currency_code, organisations.base_currency) as currency_code,
    accounts.is_credit_card,
    coalesce(movements.balance, 0)::decimal(18, 2) as movements_balance,
    case
        when movements.account_id is null then 0 else movements.balance_base
    end::decimal(18, 2) as movements_balance_base,
    reports.closing_balance as report_balance_base,
    movements.last_movement_date
from accounts
join organisations
    on organisations.organisation_id = accounts.organisation_id
left join movements
    on movements.organisation_id = accounts.organisation_id
    and movements.account_id = accounts.account_id
left join reports
    on reports.organisation_id = accounts.organisation_id
    and reports.account_id = accounts.account_id
    and reports.as_of_date = organisations.as_of_date
