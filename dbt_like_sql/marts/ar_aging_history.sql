-- Aged receivables as they stood on earlier days: every month end of the last 24 months and every
-- day of the last 400. All five buckets, empty ones with zero.
select
    organisation_id,
    as_of_date,
    bucket,
    bucket_number,
    documents,
    amount_due_base,
    xero_view_base,
    invoices_base,
    documents_by_document_date,
    amount_due_base_by_document_date
from intermediate.aging_history
where ledger = 'receivable'
