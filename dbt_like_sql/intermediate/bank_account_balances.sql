-- Bank accounts and credit cards at the organisation's as-of date: what each began with and the
-- running sum of movements, beside the closing balance of Xero's Bank Summary report where one was
-- read for that day.
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
),

latest_rates as (
    select
        rates.organisation_id,
        rates.currency_code,
        arg_max(rates.currency_rate, rates.rate_date) as currency_rate
    from intermediate.currency_rates as rates
    join organisations
        on organisations.organisation_id = rates.organisation_id
        and rates.rate_date <= organisations.as_of_date
        and rates.currency_code <> organisations.base_currency
    group by rates.organisation_id, rates.currency_code
)

select
    accounts.organisation_id,
    organisations.as_of_date,
    accounts.account_id,
    accounts.code as account_code,
    accounts.name as account_name,
    accounts.status as account_status,
    coalesce(accounts.currency_code, organisations.base_currency) as currency_code,
    organisations.base_currency,
    accounts.is_credit_card,
    coalesce(movements.balance, 0)::decimal(18, 2) as movements_balance,
    case
        when movements.account_id is null then 0 else movements.balance_base
    end::decimal(18, 2) as movements_balance_base,
    coalesce(conversions.conversion_base, 0)::decimal(18, 2) as conversion_base,
    coalesce(conversions.source, 'unknown') as conversion_source,
    reports.closing_balance as report_balance_base,
    -- Of an account in foreign currency Xero may show more or less than was paid for it.
    case
        when coalesce(accounts.currency_code, organisations.base_currency)
            = organisations.base_currency then 0
        when reports.closing_balance is not null and movements.balance_base is not null
            then reports.closing_balance - movements.balance_base
                - coalesce(conversions.conversion_base, 0)
        else 0
    end::decimal(18, 2) as revaluation_base,
    rates.currency_rate as revaluation_rate,
    movements.last_movement_date
from accounts
join organisations
    on organisations.organisation_id = accounts.organisation_id
left join movements
    on movements.organisation_id = accounts.organisation_id
    and movements.account_id = accounts.account_id
left join intermediate.conversion_balances as conversions
    on conversions.organisation_id = accounts.organisation_id
    and conversions.account_id = accounts.account_id
left join latest_rates as rates
    on rates.organisation_id = accounts.organisation_id
    and rates.currency_code = accounts.currency_code
left join reports
    on reports.organisation_id = accounts.organisation_id
    and reports.account_id = accounts.account_id
    and reports.as_of_date = organisations.as_of_date
