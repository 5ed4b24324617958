-- Aged receivables at the end of a day: open sales invoices, and unallocated credits as negative
-- rows.
-- as_of: the day; NULL means each organisation's own as_of_date.
create or replace macro marts.ar_aging_as_of(as_of) as table
select
    organisation_id,
    as_of_date,
    document_id,
    document_type,
    document_number,
    reference,
    contact_id,
    contact_name,
    canonical_contact_id,
    canonical_contact_name,
    document_date,
    due_date,
    days_overdue,
    bucket,
    month_bucket,
    bucket_by_document_date,
    month_bucket_by_document_date,
    is_in_xero_view,
    currency_code,
    amount_due,
    currency_rate,
    amount_due_base,
    revaluation_rate,
    revaluation_rate_source,
    amount_due_base_revalued,
    amount_due_base_revalued - amount_due_base as unrealised_gain_base,
    expected_payment_date,
    is_due_date_missing,
    is_rate_missing,
    is_payment_before_document,
    deep_link
from intermediate.open_documents_as_of(as_of)
where ledger = 'receivable'
