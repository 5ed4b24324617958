-- Cash by account now. Credit cards stand beside the bank accounts with is_credit_card: they are
-- short-term debt and no part of cash.
select
    organisation_id,
    as_of_date,
    account_id,
    account_code,
    account_name,
    currency_code,
    is_credit_card,
    movements_balance as balance,
    -- Xero's own figure where its report was read: it holds what the books began with, too, which
    -- shows in no movement.
    coalesce(report_balance_base, movements_balance_base) as balance_base,
    case when report_balance_base is null then 'movements' else 'bank_summary' end as source,
    movements_balance_base,
    report_balance_base,
    last_movement_date
from intermediate.bank_account_balances
-- Archived accounts that hold nothing are history.
where account_status = 'ACTIVE'
    or movements_balance <> 0
    or coalesce(report_balance_base, 0) <> 0
