-- One row per batch. It only groups payments, which are counted one by one.
select
    organisation_id,
    batch_payment_id,
    type,
    status,
    "date" as batch_date,
    account.account_id as account_id,
    total_amount,
    reference,
    coalesce(is_reconciled, false) as is_reconciled,
    updated_date_utc,
    _first_seen_at as first_seen_at,
    _synced_at as synced_at,
    _removed_at as removed_at,
    _removed_at is not null as is_removed
from raw.batch_payments
