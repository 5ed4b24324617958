-- One row per repeating invoice (ACCREC) or repeating bill (ACCPAY) as it is now; Xero keeps no
-- history of them and rewrites StartDate when one is edited.
select
    organisation_id,
    repeating_invoice_id,
    type,
    contact.contact_id as contact_id,
    contact.name as contact_name,
    status,
    reference,
    schedule.unit as schedule_unit,
    schedule.period as schedule_period,
    schedule.due_date as schedule_due_date,
    schedule.due_date_type as schedule_due_date_type,
    schedule.start_date as start_date,
    schedule.next_scheduled_date as next_scheduled_date,
    schedule.end_date as end_date,
    currency_code,
    line_amount_types,
    sub_total,
    total_tax,
    total,
    coalesce(has_attachments, false) as has_attachments,
    _first_seen_at as first_seen_at,
    _synced_at as synced_at,
    _removed_at as removed_at,
    _removed_at is not null as is_removed
from raw.repeating_invoices
