-- Which template counts in which month, and at which price.
with

months as (
    select organisation_id, month, measured_on, is_current, financial_year
    from intermediate.mrr_months
),

templates as (
    select * from intermediate.recurring_templates
),

-- Of two linked invoices on one day the one with the higher number sets the price.
invoice_prices as (
    select
        invoices.organisation_id,
        invoices.template_id,
        invoices.invoice_id,
        invoices.invoice_number,
        invoices.invoice_date,
        invoices.currency_code,
        prices.price
    from intermediate.recurring_invoices as invoices
    join intermediate.recurring_prices as prices
        on prices.organisation_id = invoices.organisation_id
        and prices.document_id = invoices.invoice_id
    qualify row_number() over (
        partition by invoices.organisation_id, invoices.template_id, invoices.invoice_date
        order by invoices.invoice_number desc
    ) = 1
),

seen_live as (
    select * from intermediate.recurring_template_history
),

-- A gap between two linked invoices is not churn: a voided one leaves a gap, too.
linked_plans as (
    select
        templates.organisation_id,
        templates.template_id,
        templates.schedule_unit,
        templates.schedule_period,
        months.month,
        months.measured_on,
        months.financial_year
    from templates
    join months
        on months.organisation_id = templates.organisation_id
        and months.measured_on >= templates.first_invoice_date
        and months.measured_on < templates.paid_until
    anti join seen_live
        on seen_live.organisation_id = templates.organisation_id
        and seen_live.template_id = templates.template_id
        and seen_live.month = months.month
    where not (months.is_current and templates.is_live)
),

priced_by_invoice as (
    select
        linked_plans.organisation_id,
        linked_plans.template_id,
        linked_plans.month,
        linked_plans.financial_year,
        'linked' as source,
        linked_plans.schedule_unit,
        linked_plans.schedule_period,
        invoice_prices.price,
        invoice_prices.currency_code,
        invoice_prices.invoice_id as price_invoice_id,
        invoice_prices.invoice_number as price_invoice_number
    from linked_plans
    asof join invoice_prices
        on invoice_prices.organisation_id = linked_plans.organisation_id
        and invoice_prices.template_id = linked_plans.template_id
        and invoice_prices.invoice_date <= linked_plans.measured_on
),

-- What Xero will invoice next, today and as of the months that the syncs have seen.
priced_by_template as (
    select
        templates.organisation_id,
        templates.template_id,
        months.month,
        months.financial_year,
        'template' as source,
        templates.schedule_unit,
        templates.schedule_period,
        templates.price,
        templates.currency_code,
        null::uuid as price_invoice_id,
        null::varchar as price_invoice_number
    from templates
    join months
        on months.organisation_id = templates.organisation_id
    where months.is_current
        and templates.is_live
    union all
    select
        organisation_id,
        template_id,
        month,
        financial_year,
        'template',
        schedule_unit,
        schedule_period,
        price,
        currency_code,
        null,
        null
    from seen_live
),

priced as (
    select * from priced_by_invoice
    union all
    select * from priced_by_template
)

select
    priced.organisation_id,
    priced.template_id,
    priced.month,
    priced.financial_year,
    templates.contact_id,
    priced.source,
    priced.schedule_unit,
    priced.schedule_period,
    priced.price,
    priced.currency_code,
    priced.price_invoice_id,
    priced.price_invoice_number,
    templates.first_invoice_date,
    templates.last_invoice_date,
    templates.paid_until
from priced
join templates
    on templates.organisation_id = priced.organisation_id
    and templates.template_id = priced.template_id
