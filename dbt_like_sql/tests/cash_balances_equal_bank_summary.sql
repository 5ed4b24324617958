-- Each account's running sum of movements in base currency against the closing balance in Xero's
-- Bank Summary. A variance that never changes is what the account began with before the first
-- transaction in Xero (a conversion balance); one that changes is a movement that was missed.
select
    balances.organisation_id,
    balances.account_id,
    balances.account_name,
    balances.report_balance_base as expected,
    balances.movements_balance_base as actual,
    balances.movements_balance_base - balances.report_balance_base as variance
from marts.cash_balances as balances
join staging.bank_summary as reports
    on reports.organisation_id = balances.organisation_id
    and reports.account_id = balances.account_id
    and reports.as_of_date = balances.as_of_date
join staging.organisations as organisations
    on organisations.organisation_id = balances.organisation_id
    and organisations.synced_at <= reports.synced_at
where balances.movements_balance_base is distinct from balances.report_balance_base
