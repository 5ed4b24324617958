-- What each bank account holds now.
select
    organisation_id,
    as_of_date,
    account_id,
    account_code,
    account_name,
    currency_code,
    is_credit_card,
    balance,
    balance_base,
    source,
    movements_balance_base,
    report_balance_base,
    last_movement_date
from intermediate.cash_accounts
