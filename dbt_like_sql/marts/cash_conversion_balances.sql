-- What each bank account and credit card held before its first transaction in Xero: the part of its
-- balance that no movement explains, as a row of its own.
select
    balances.organisation_id,
    balances.as_of_date,
    balances.account_id,
    balances.account_code,
    balances.account_name,
    balances.currency_code,
    conversions.source,
    conversions.known_on,
    conversions.conversion_base
from intermediate.cash_accounts as balances
join intermediate.conversion_balances as conversions
    on conversions.organisation_id = balances.organisation_id
    and conversions.account_id = balances.account_id
