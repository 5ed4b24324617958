-- How each client's recurring revenue changed over the month that the as-of date falls in. Of
-- clients that have some now, or had it a month ago.
with

organisations as (
    select organisation_id, base_currency, date_trunc('month', as_of_date)::date as this_month
    from staging.organisations
),

months as (
    select
        customers.organisation_id,
        customers.contact_id,
        any_value(customers.contact_name) as name,
        any_value(organisations.base_currency) as base_currency,
        coalesce(sum(customers.mrr_base) filter (
            where customers.month = organisations.this_month
        ), 0) as now,
        coalesce(sum(customers.mrr_base) filter (
            where customers.month = organisations.this_month - interval 1 month
        ), 0) as before,
        coalesce(sum(customers.mrr_base) filter (
            where customers.month = organisations.this_month - interval 2 months
        ), 0) as two_before
    from intermediate.mrr_by_customer as customers
    join organisations
        on organisations.organisation_id = customers.organisation_id
        and customers.month >= organisations.this_month - interval 2 months
    group by customers.organisation_id, customers.contact_id
    having now <> 0 or before <> 0
),

-- What it pays now, then what it paid before: the documents of both that differ show the change.
plans as (
    select
        plans.organisation_id,
        plans.contact_id,
        plans.month,
        plans.mrr_base,
        coalesce(plans.price_invoice_id, plans.template_id) as document_id,
        intermediate.signal_driver(
            case when plans.price_invoice_id is null then 'repeating_invoice' else 'invoice' end,
            coalesce(plans.price_invoice_id, plans.template_id), plans.price_invoice_number,
            plans.mrr_base, null
        ) as driver
    from intermediate.recurring_plan_months as plans
    join organisations
        on organisations.organisation_id = plans.organisation_id
        and plans.month >= organisations.this_month - interval 1 month
    where coalesce(plans.price_invoice_id, plans.template_id) is not null
        and plans.mrr_base <> 0
    -- An invoice that holds the price in both months, or that of two plans, is listed once.
    qualify row_number() over (
        partition by plans.organisation_id, plans.contact_id, document_id
        order by plans.month desc, plans.mrr_base desc
    ) = 1
),

drivers as (
    select
        organisation_id,
        contact_id,
        arg_max(driver, (month, mrr_base, document_id), 10) as drivers
    from plans
    group by organisation_id, contact_id
)

select
    months.organisation_id,
    months.contact_id,
    'mrr_change' as signal,
    (months.now - months.before)::decimal(18, 4) as value,
    (months.before - months.two_before)::decimal(18, 4) as previous_value,
    months.name || case
        when months.now = months.before
            then ' pays the same each month as a month ago: '
                || intermediate.words_money(months.now, months.base_currency) || '.'
        when months.now = 0
            then ' pays nothing each month any more; a month ago it was '
                || intermediate.words_money(months.before, months.base_currency) || '.'
        when months.before = 0
            then ' now pays ' || intermediate.words_money(months.now, months.base_currency)
                || ' each month; a month ago it was nothing.'
        else ' pays ' || intermediate.words_money(months.now, months.base_currency)
            || ' each month; a month ago it was '
            || intermediate.words_money(months.before, months.base_currency) || '.'
    end as sentence,
    drivers.drivers
from months
left join drivers
    on drivers.organisation_id = months.organisation_id
    and drivers.contact_id = months.contact_id
