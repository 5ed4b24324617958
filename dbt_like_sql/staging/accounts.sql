-- One row per account of the chart, bank accounts and credit cards included.
select
    organisation_id,
    account_id,
    code,
    name,
    type,
    class,
    status,
    system_account,
    tax_type,
    bank_account_type,
    bank_account_number,
    currency_code,
    type = 'BANK' as is_bank_account,
    coalesce(type = 'BANK' and bank_account_type = 'CREDITCARD', false) as is_credit_card,
    updated_date_utc,
    _first_seen_at as first_seen_at,
    _synced_at as synced_at,
    _removed_at as removed_at,
    _removed_at is not null as is_removed
from raw.accounts
