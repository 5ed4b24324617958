-- Which plan counts in which month, at which price and rate.
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

-- A gap between two linked invoices is not churn: a voided one leaves a gap, too.
linked_plans as (
    select
        templates.organisation_id,
        templates.template_id,
        months.month,
        months.measured_on,
        months.financial_year
    from templates
    join months
        on months.organisation_id = templates.organisation_id
        and months.measured_on >= templates.first_invoice_date
        and months.measured_on < templates.paid_until
    where not (months.is_current and templates.is_live)
),

priced_by_invoice as (
    select
        linked_plans.organisation_id,
        linked_plans.template_id,
        linked_plans.month,
        linked_plans.financial_year,
        'linked' as source,
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

-- What Xero will invoice next is known for today only.
priced_by_template as (
    select
        templates.organisation_id,
        templates.template_id,
        months.month,
        months.financial_year,
        'template' as source,
        templates.price,
        templates.currency_code,
        null::uuid as price_invoice_id,
        null::varchar as price_invoice_number
    from templates
    join months
        on months.organisation_id = templates.organisation_id
    where months.is_current
        and templates.is_live
),

priced as (
    select * from priced_by_invoice
    union all
    select * from priced_by_template
),

-- The last month's rate again where there is no next month yet.
rated as (
    select
        priced.*,
        templates.contact_id,
        templates.schedule_unit,
        templates.schedule_period,
        rates.currency_rate,
        rates.rate_invoice_id,
        coalesce(next_rates.currency_rate, rates.currency_rate) as next_currency_rate
    from priced
    join templates
        on templates.organisation_id = priced.organisation_id
        and templates.template_id = priced.template_id
    join intermediate.recurring_rates as rates
        on rates.organisation_id = priced.organisation_id
        and rates.currency_code = priced.currency_code
        and rates.financial_year = priced.financial_year
    left join months as next_months
        on next_months.organisation_id = priced.organisation_id
        and next_months.month = priced.month + interval 1 month
    left join intermediate.recurring_rates as next_rates
        on next_rates.organisation_id = priced.organisation_id
        and next_rates.currency_code = priced.currency_code
        and next_rates.financial_year = next_months.financial_year
)

select
    organisation_id,
    month,
    template_id,
    contact_id,
    source,
    schedule_unit,
    schedule_period,
    currency_code,
    price,
    currency_rate,
    rate_invoice_id,
    price_invoice_id,
    price_invoice_number,
    intermediate.recurring_monthly_base(
        price, schedule_unit, schedule_period, currency_rate
    ) as mrr_base,
    intermediate.recurring_monthly_base(
        price, schedule_unit, schedule_period, next_currency_rate
    ) as mrr_base_at_next_rate
from rated
