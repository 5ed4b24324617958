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
    conversion_base,
    conversion_source,
    revaluation_base,
    report_balance_base,
    revaluation_rate,
    balance_base_revalued,
    last_movement_date
from intermediate.cash_accounts
