-- One row per overpayment. It is also a bank transaction (RECEIVE- or SPEND-OVERPAYMENT): the same
-- money twice, so cash counts the bank transaction and receivables and payables this document.
select
    organisation_id,
    overpayment_id,
    type,
    contact.contact_id as contact_id,
    contact.name as contact_name,
    "date" as overpayment_date,
    status,
    reference,
    currency_code,
    currency_rate,
    line_amount_types,
    sub_total,
    total_tax,
    total,
    remaining_credit,
    coalesce(has_attachments, false) as has_attachments,
    updated_date_utc,
    _first_seen_at as first_seen_at,
    _synced_at as synced_at,
    _removed_at as removed_at,
    _removed_at is not null as is_removed
from raw.overpayments
