-- One row per transfer between two bank accounts. Each also shows as two bank transactions, by
-- which cash counts it.
select
    organisation_id,
    bank_transfer_id,
    "date" as transfer_date,
    amount,
    -- Rows from before Xero gave transfers a status carry none and are live.
    coalesce(status, 'AUTHORISED') as status,
    from_bank_account.account_id as from_account_id,
    to_bank_account.account_id as to_account_id,
    from_bank_transaction_id,
    to_bank_transaction_id,
    coalesce(from_is_reconciled, false) as from_is_reconciled,
    coalesce(to_is_reconciled, false) as to_is_reconciled,
    currency_rate,
    reference,
    coalesce(has_attachments, false) as has_attachments,
    created_date_utc,
    _first_seen_at as first_seen_at,
    _synced_at as synced_at,
    _removed_at as removed_at,
    _removed_at is not null as is_removed
from raw.bank_transfers
