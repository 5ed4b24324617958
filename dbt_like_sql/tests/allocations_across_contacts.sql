-- Credits applied to an invoice of another contact, as happens when the contact of either was
-- changed later. The credit counts for the invoice's contact.
select
    allocations.organisation_id,
    allocations.allocation_id,
    allocations.credit_type,
    allocations.credit_id,
    allocations.invoice_id,
    allocations.amount,
    credits.canonical_contact_name as credit_contact,
    invoices.canonical_contact_name as invoice_contact
from staging.allocations as allocations
join intermediate.documents as invoices
    on invoices.organisation_id = allocations.organisation_id
    and invoices.document_id = allocations.invoice_id
join intermediate.documents as credits
    on credits.organisation_id = allocations.organisation_id
    and credits.document_id = allocations.credit_id
where invoices.canonical_contact_id <> credits.canonical_contact_id
