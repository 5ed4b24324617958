-- Constant currency: within a financial year every amount in a currency is converted at one rate,
-- that of the first sales invoice in it. A year without such an invoice takes the latest before it.
with

organisations as (
    select
        organisation_id,
        as_of_date,
        base_currency,
        financial_year_end_day,
        financial_year_end_month
    from staging.organisations
),

rated_invoices as (
    select
        invoices.organisation_id,
        invoices.currency_code,
        invoices.currency_rate,
        invoices.invoice_date,
        invoices.invoice_number,
        invoices.invoice_id,
        intermediate.financial_year(
            invoices.invoice_date,
            organisations.financial_year_end_day,
            organisations.financial_year_end_month
        ) as financial_year
    from staging.invoices as invoices
    join organisations
        on organisations.organisation_id = invoices.organisation_id
    where invoices.type = 'ACCREC'
        and invoices.status in ('AUTHORISED', 'PAID')
        and invoices.currency_code <> organisations.base_currency
        and invoices.currency_rate > 0
        and invoices.invoice_date <= organisations.as_of_date
),

year_ends as (
    select
        organisation_id,
        currency_code,
        financial_year,
        min_by(
            {'rate': currency_rate, 'invoice_id': invoice_id},
            (invoice_date, invoice_number)
        ) as first_in_year,
        max_by(
            {'rate': currency_rate, 'invoice_id': invoice_id},
            (invoice_date, invoice_number)
        ) as last_in_year
    from rated_invoices
    group by organisation_id, currency_code, financial_year
),

years as (
    select distinct organisation_id, financial_year from intermediate.mrr_months
),

foreign_rates as (
    select
        years.organisation_id,
        year_ends.currency_code,
        years.financial_year,
        -- The nearest year at or before the wanted one.
        max_by(
            case
                when year_ends.financial_year = years.financial_year then year_ends.first_in_year
                else year_ends.last_in_year
            end,
            year_ends.financial_year
        ) as chosen
    from years
    join year_ends
        on year_ends.organisation_id = years.organisation_id
        and year_ends.financial_year <= years.financial_year
    group by years.organisation_id, year_ends.currency_code, years.financial_year
)

select
    organisation_id,
    currency_code,
    financial_year,
    chosen.rate as currency_rate,
    chosen.invoice_id as rate_invoice_id
from foreign_rates
union all
select
    years.organisation_id,
    organisations.base_currency,
    years.financial_year,
    1::decimal(20, 10),
    null
from years
join organisations
    on organisations.organisation_id = years.organisation_id
