-- What clients owe the organisation: how much of it is late, how long sales wait to be paid, and
-- the credits that nobody has applied yet.
with

organisations as (
    select organisation_id, base_currency from staging.organisations
),

documents as (
    select
        organisation_id,
        document_type = 'invoice' as is_invoice,
        days_overdue,
        abs(amount_due_base) as open_base,
        intermediate.signal_driver(
            document_type, document_id, document_number, amount_due_base, deep_link
        ) as driver,
        document_id
    from intermediate.open_documents
    where ledger = 'receivable'
),

now as (
    select
        organisation_id,
        sum(open_base) filter (where is_invoice) as open_base,
        sum(open_base) filter (where is_invoice and days_overdue > 0) as overdue_base,
        sum(open_base) filter (where is_invoice and days_overdue > 90) as overdue_90_base,
        sum(open_base) filter (where not is_invoice) as unapplied_base,
        count(*) filter (where is_invoice and days_overdue > 90) as overdue_90_invoices,
        count(*) filter (where not is_invoice) as credits,
        arg_max(driver, (open_base, document_id), 10) filter (where is_invoice) as open_drivers,
        arg_max(driver, (open_base, document_id), 10) filter (
            where is_invoice and days_overdue > 0
        ) as overdue_drivers,
        arg_max(driver, (open_base, document_id), 10) filter (
            where is_invoice and days_overdue > 90
        ) as overdue_90_drivers,
        arg_max(driver, (open_base, document_id), 10) filter (where not is_invoice)
            as credit_drivers
    from documents
    group by organisation_id
),

month_ago as (
    select
        organisation_id,
        sum(open_base) as open_base,
        sum(overdue_base) as overdue_base,
        sum(overdue_90_base) as overdue_90_base,
        sum(unapplied_credit_base) as unapplied_base
    from intermediate.receivables_a_month_ago
    group by organisation_id
),

sales as (
    select
        organisation_id,
        sum(invoiced_base) as invoiced_base,
        sum(invoiced_base_month_ago) as invoiced_base_month_ago
    from intermediate.client_revenue
    group by organisation_id
),

joined as (
    select
        organisations.organisation_id,
        organisations.base_currency,
        coalesce(now.open_base, 0) as open_base,
        coalesce(now.overdue_base, 0) as overdue_base,
        coalesce(now.overdue_90_base, 0) as overdue_90_base,
        coalesce(now.unapplied_base, 0) as unapplied_base,
        now.overdue_90_invoices,
        now.credits,
        now.open_drivers,
        now.overdue_drivers,
        now.overdue_90_drivers,
        now.credit_drivers,
        coalesce(month_ago.open_base, 0) as open_base_before,
        coalesce(month_ago.overdue_90_base, 0) as overdue_90_base_before,
        coalesce(month_ago.unapplied_base, 0) as unapplied_base_before,
        intermediate.recurring_ratio(now.overdue_base, now.open_base) as overdue_share,
        intermediate.recurring_ratio(month_ago.overdue_base, month_ago.open_base)
            as overdue_share_before,
        sales.invoiced_base,
        sales.invoiced_base_month_ago
    from organisations
    left join now
        on now.organisation_id = organisations.organisation_id
    left join month_ago
        on month_ago.organisation_id = organisations.organisation_id
    left join sales
        on sales.organisation_id = organisations.organisation_id
),

measured as (
    select
        *,
        case when open_base > 0 then coalesce(overdue_share, 0) end as overdue_share_now,
        intermediate.days_of_sales(open_base, invoiced_base) as dso,
        intermediate.days_of_sales(open_base_before, invoiced_base_month_ago) as dso_before
    from joined
)

select
    organisation_id,
    'overdue_share' as signal,
    overdue_share_now::decimal(18, 4) as value,
    overdue_share_before::decimal(18, 4) as previous_value,
    case
        when open_base = 0 then 'No sales invoice is open.'
        when overdue_base = 0
            then 'None of the ' || intermediate.words_money(open_base, base_currency)
                || ' in open sales invoices is overdue.'
        else intermediate.words_money(overdue_base, base_currency) || ' of '
            || intermediate.words_money(open_base, base_currency)
            || ' in open sales invoices is overdue ('
            || intermediate.words_percent(overdue_share_now) || ').'
    end as sentence,
    overdue_drivers as drivers
from measured
union all
select
    organisation_id,
    'overdue_90_base',
    overdue_90_base::decimal(18, 4),
    overdue_90_base_before::decimal(18, 4),
    case
        when overdue_90_base = 0 then 'No sales invoice is more than 90 days overdue.'
        else intermediate.words_money(overdue_90_base, base_currency) || ' in '
            || intermediate.words_count(
                overdue_90_invoices, 'sales invoice', 'sales invoices'
            ) || ' is more than 90 days overdue.'
    end,
    overdue_90_drivers
from measured
union all
select
    organisation_id,
    'dso',
    dso::decimal(18, 4),
    dso_before::decimal(18, 4),
    case
        when dso is null then 'Nothing was invoiced in the last 365 days.'
        else 'What was sold in ' || intermediate.words_value(dso, 'days', null)
            || ' is waiting to be paid: ' || intermediate.words_money(open_base, base_currency)
            || ' is open.'
    end,
    open_drivers
from measured
union all
select
    organisation_id,
    'unapplied_credits_base',
    unapplied_base::decimal(18, 4),
    unapplied_base_before::decimal(18, 4),
    case
        when unapplied_base = 0 then 'Every credit is set against an invoice.'
        else intermediate.words_money(unapplied_base, base_currency) || ' in '
            || intermediate.words_count(credits, 'credit', 'credits')
            || ' is not yet set against any invoice.'
    end,
    credit_drivers
from measured
