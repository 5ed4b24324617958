-- What a repeating invoice has made so far. A voided or deleted invoice never was one, and one
-- dated after the organisation's today is not yet.
select
    invoices.organisation_id,
    invoices.repeating_invoice_id as template_id,
    invoices.invoice_id,
    invoices.invoice_number,
    invoices.invoice_date,
    invoices.currency_code
from staging.invoices as invoices
join staging.organisations as organisations
    on organisations.organisation_id = invoices.organisation_id
where invoices.type = 'ACCREC'
    and invoices.repeating_invoice_id is not null
    and invoices.status in ('DRAFT', 'SUBMITTED', 'AUTHORISED', 'PAID')
    and invoices.invoice_date <= organisations.as_of_date
