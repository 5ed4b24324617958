-- What each account in base currency began with and its running sum of movements against the closing
-- balance in Xero's Bank Summary. An account in foreign currency has its revaluation besides; its
-- flows are held by the test of the movements.
select
    reports.organisation_id,
    reports.account_id,
    reports.account_name,
    reports.closing_balance as expected,
    balances.movements_balance_base + balances.conversion_base as actual,
    balances.movements_balance_base + balances.conversion_base - reports.closing_balance
        as variance,
    balances.conversion_base
from intermediate.bank_reports_to_tie as reports
join marts.cash_balances as balances
    on balances.organisation_id = reports.organisation_id
    and balances.account_id = reports.account_id
where reports.is_base_currency
    and balances.movements_balance_base + balances.conversion_base <> reports.closing_balance
