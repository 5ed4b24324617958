-- Every plan that there is or was: a repeating sales invoice, with its customer followed through
-- merges to the surviving contact.
with

linked as (
    select
        organisation_id,
        template_id,
        min(invoice_date) as first_invoice_date,
        max(invoice_date) as last_invoice_date,
        count(*) as invoices
    from intermediate.recurring_invoices
    group by organisation_id, template_id
)

select
    templates.organisation_id,
    templates.repeating_invoice_id as template_id,
    contacts.canonical_contact_id as contact_id,
    templates.reference,
    templates.status,
    templates.schedule_unit,
    templates.schedule_period,
    templates.currency_code,
    prices.price,
    linked.first_invoice_date,
    linked.last_invoice_date,
    coalesce(linked.invoices, 0) as invoices,
    -- The day on which the period paid for by the last invoice is over.
    case templates.schedule_unit
        when 'WEEKLY' then linked.last_invoice_date + 7 * templates.schedule_period
        when 'MONTHLY'
            then (linked.last_invoice_date + to_months(templates.schedule_period))::date
    end as paid_until,
    -- DRAFT only says how the invoices are made. Xero moves StartDate to the next invoice when a
    -- template is edited, so a plan that has invoiced before has begun, whatever StartDate says.
    templates.status in ('DRAFT', 'AUTHORISED')
    and not templates.is_removed
    and coalesce(templates.end_date >= organisations.as_of_date, true)
    and (
        coalesce(templates.start_date <= organisations.as_of_date, false)
        or linked.invoices is not null
    ) as is_live
from staging.repeating_invoices as templates
join staging.organisations as organisations
    on organisations.organisation_id = templates.organisation_id
join intermediate.recurring_prices as prices
    on prices.organisation_id = templates.organisation_id
    and prices.document_id = templates.repeating_invoice_id
left join staging.contacts as contacts
    on contacts.organisation_id = templates.organisation_id
    and contacts.contact_id = templates.contact_id
left join linked
    on linked.organisation_id = templates.organisation_id
    and linked.template_id = templates.repeating_invoice_id
where templates.type = 'ACCREC'
