-- The Bank Summary of the as-of date where it can be held against our movements to the cent: with
-- everything that moves cash read as well, and with nothing of it changed at Xero or read by us after
-- the sync that read the report began. Later syncs that found nothing new leave the report valid.
with

changes as (
    select organisation_id, max(greatest(updated_date_utc, synced_at)) as last_changed_at
    from (
        select organisation_id, updated_date_utc, synced_at from staging.bank_transactions
        union all
        select organisation_id, updated_date_utc, synced_at from staging.payments
        union all
        select organisation_id, null, synced_at from staging.bank_transfers
    )
    group by organisation_id
),

-- Without a scope for payments, say, the sum of movements is no balance.
unread as (
    select organisation_id
    from ops.connections
    where list_has_any(
        degraded_endpoints, ['accounts', 'bank_transactions', 'bank_transfers', 'payments']
    )
),

accounts_without_rate as (
    select organisation_id, account_id
    from intermediate.cash_movements
    where is_rate_missing
    group by organisation_id, account_id
)

select
    periods.organisation_id,
    periods.account_id,
    accounts.code as account_code,
    accounts.name as account_name,
    coalesce(accounts.currency_code = organisations.base_currency, true) as is_base_currency,
    periods.as_of_date,
    periods.opening_balance,
    periods.net_flow,
    periods.closing_balance,
    periods.movements_base,
    periods.opening_beyond_movements,
    periods.closing_beyond_movements
from intermediate.bank_report_periods as periods
join staging.organisations as organisations
    on organisations.organisation_id = periods.organisation_id
    and organisations.as_of_date = periods.as_of_date
join staging.accounts as accounts
    on accounts.organisation_id = periods.organisation_id
    and accounts.account_id = periods.account_id
left join changes
    on changes.organisation_id = periods.organisation_id
anti join unread
    on unread.organisation_id = periods.organisation_id
anti join accounts_without_rate
    on accounts_without_rate.organisation_id = periods.organisation_id
    and accounts_without_rate.account_id = periods.account_id
where coalesce(changes.last_changed_at <= periods.synced_at, true)
