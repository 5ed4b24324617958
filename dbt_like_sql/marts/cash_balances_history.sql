-- What each bank account held at the end of each month.
select
    organisation_id,
    month,
    as_of_date,
    account_id,
    account_code,
    account_name,
    currency_code,
    is_credit_card,
    opening_base,
    movements_base,
    revaluation_base,
    closing_base
from intermediate.cash_account_months
