-- Xero shows a repeating invoice as it is today and rewrites its StartDate when it is edited; what
-- it was before is kept here from the first sync on.
select
    templates.organisation_id,
    templates.repeating_invoice_id,
    templates.contact_id,
    templates.status,
    templates.reference,
    templates.schedule_unit,
    templates.schedule_period,
    templates.start_date,
    templates.end_date,
    templates.currency_code,
    templates.line_amount_types,
    templates.sub_total,
    templates.total_tax,
    templates.total,
    prices.price as recurring_price
from staging.repeating_invoices as templates
left join intermediate.recurring_prices as prices
    on prices.organisation_id = templates.organisation_id
    and prices.document_id = templates.repeating_invoice_id
where templates.type = 'ACCREC'
    and not templates.is_removed
