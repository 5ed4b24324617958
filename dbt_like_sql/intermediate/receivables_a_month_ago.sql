-- Open sales invoices and credits of each client as they stood on the same day of the month before.
select
    organisation_id,
    contact_id,
    coalesce(sum(outstanding_base) filter (where document_type = 'invoice'), 0) as open_base,
    coalesce(
        sum(outstanding_base) filter (where document_type = 'invoice' and days_overdue > 0), 0
    ) as overdue_base,
    coalesce(
        sum(outstanding_base) filter (where document_type = 'invoice' and days_overdue > 90), 0
    ) as overdue_90_base,
    coalesce(sum(outstanding_base) filter (where document_type <> 'invoice'), 0)
        as unapplied_credit_base,
    greatest(coalesce(max(days_overdue) filter (where document_type = 'invoice'), 0), 0)
        as oldest_days_overdue
from intermediate.documents_a_month_ago
where ledger = 'receivable'
group by organisation_id, contact_id
