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
    -- What a foreign account began with is known in base currency only.
    case
        when currency_code = base_currency then movements_balance + conversion_base
        else movements_balance
    end::decimal(18, 2) as balance,
    -- Xero's own figure where its report was read: the tests hold the two to the cent.
    coalesce(report_balance_base, movements_balance_base + conversion_base)::decimal(18, 2)
        as balance_base,
    case when report_balance_base is null then 'movements' else 'bank_summary' end as source,
    movements_balance_base,
    conversion_base,
    conversion_source,
    revaluation_base,
    report_balance_base,
    revaluation_rate,
    case
        when currency_code <> base_currency
            then intermediate.to_base(movements_balance, revaluation_rate)
    end as balance_base_revalued,
    last_movement_date
from intermediate.bank_account_balances
-- Archived accounts that hold nothing are history.
where account_status = 'ACTIVE'
    or movements_balance <> 0
    or conversion_base <> 0
    or coalesce(report_balance_base, 0) <> 0
