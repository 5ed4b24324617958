-- Which plan counts in which month, at which price and rate: repeating invoices, and what recurs
-- without one.
with

months as (
    select organisation_id, month, financial_year from intermediate.mrr_months
),

plans as (
    select
        organisation_id,
        template_id as plan_id,
        template_id,
        month,
        financial_year,
        contact_id,
        source,
        -- How sure a source is: standing in Xero, or concluded from past invoices.
        case source when 'template' then 1.00 when 'linked' then 0.95 end::decimal(3, 2)
            as confidence,
        schedule_unit,
        schedule_period,
        price,
        currency_code,
        price_invoice_id,
        price_invoice_number,
        first_invoice_date,
        last_invoice_date,
        paid_until
    from intermediate.recurring_template_months
    union all
    select
        months.organisation_id,
        months.stream_id,
        null,
        months.month,
        months.financial_year,
        months.contact_id,
        'cadence',
        streams.confidence,
        months.schedule_unit,
        months.schedule_period,
        months.amount,
        months.currency_code,
        months.invoice_id,
        months.invoice_number,
        months.first_date,
        months.last_date,
        months.paid_until
    from intermediate.cadence_months as months
    join intermediate.cadence_streams as streams
        on streams.organisation_id = months.organisation_id
        and streams.stream_id = months.stream_id
    where months.class = 'recurring'
),

-- The last month's rate again where there is no next month yet.
rates as (
    select
        months.organisation_id,
        months.month,
        rates.currency_code,
        rates.currency_rate,
        rates.rate_invoice_id,
        coalesce(next_rates.currency_rate, rates.currency_rate) as next_currency_rate
    from months
    join intermediate.recurring_rates as rates
        on rates.organisation_id = months.organisation_id
        and rates.financial_year = months.financial_year
    left join months as next_months
        on next_months.organisation_id = months.organisation_id
        and next_months.month = months.month + interval 1 month
    left join intermediate.recurring_rates as next_rates
        on next_rates.organisation_id = rates.organisation_id
        and next_rates.currency_code = rates.currency_code
        and next_rates.financial_year = next_months.financial_year
),

rated as (
    select
        plans.*,
        rates.currency_rate,
        rates.rate_invoice_id,
        rates.next_currency_rate
    from plans
    join rates
        on rates.organisation_id = plans.organisation_id
        and rates.currency_code = plans.currency_code
        and rates.month = plans.month
),

valued as (
    select
        *,
        intermediate.recurring_monthly_base(
            price, schedule_unit, schedule_period, currency_rate
        ) as mrr_base,
        case
            when next_currency_rate = currency_rate then mrr_base
            else
                intermediate.recurring_monthly_base(
                    price, schedule_unit, schedule_period, next_currency_rate
                )
        end as mrr_base_at_next_rate
    from rated
)

select
    valued.organisation_id,
    valued.month,
    valued.plan_id,
    valued.template_id,
    valued.contact_id,
    valued.source,
    valued.confidence,
    valued.schedule_unit,
    valued.schedule_period,
    valued.currency_code,
    valued.price,
    valued.currency_rate,
    valued.rate_invoice_id,
    valued.price_invoice_id,
    valued.price_invoice_number,
    valued.first_invoice_date,
    valued.last_invoice_date,
    valued.paid_until,
    valued.mrr_base,
    -- Who is billed in another currency from now on pays neither more nor less: what it is worth now
    -- is the effect of exchange.
    coalesce(in_new_currency.mrr_base, valued.mrr_base_at_next_rate) as mrr_base_at_next_rate
from valued
left join valued as in_new_currency
    on in_new_currency.organisation_id = valued.organisation_id
    and in_new_currency.plan_id = valued.plan_id
    and in_new_currency.month = valued.month + interval 1 month
    and in_new_currency.currency_code <> valued.currency_code
