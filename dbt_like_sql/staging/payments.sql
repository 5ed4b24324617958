-- One row per payment: of an invoice or bill, or the refund of a credit. Deleted payments stay
-- listed with status DELETED; they never settle anything nor move cash.
select
    organisation_id,
    payment_id,
    payment_type,
    status,
    "date" as payment_date,
    amount,
    bank_amount,
    currency_rate,
    account.account_id as account_id,
    account.code as account_code,
    case
        when invoice.invoice_id is not null then 'invoice'
        when credit_note.credit_note_id is not null then 'credit_note'
        when prepayment.prepayment_id is not null then 'prepayment'
        when overpayment.overpayment_id is not null then 'overpayment'
    end as document_type,
    coalesce(
        invoice.invoice_id,
        credit_note.credit_note_id,
        prepayment.prepayment_id,
        overpayment.overpayment_id
    ) as document_id,
    coalesce(
        invoice.contact.contact_id,
        credit_note.contact.contact_id,
        prepayment.contact.contact_id,
        overpayment.contact.contact_id
    ) as contact_id,
    coalesce(batch_payment_id, batch_payment.batch_payment_id) as batch_payment_id,
    reference,
    coalesce(is_reconciled, false) as is_reconciled,
    updated_date_utc,
    _first_seen_at as first_seen_at,
    _synced_at as synced_at,
    _removed_at as removed_at,
    _removed_at is not null as is_removed
from raw.payments
