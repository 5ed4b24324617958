-- How much of the open sales invoices is overdue, and how much for more than 90 days.
with

organisations as (
    select organisation_id, as_of_date, base_currency from staging.organisations
),

invoices as (
    select organisation_id, document_id, days_overdue, amount_due_base
    from intermediate.open_documents
    where ledger = 'receivable' and document_type = 'invoice'
),

now as (
    select
        organisation_id,
        sum(amount_due_base) as open_base,
        coalesce(sum(amount_due_base) filter (where days_overdue > 0), 0) as overdue_base,
        coalesce(sum(amount_due_base) filter (where days_overdue > 90), 0) as overdue_90_base,
        list(document_id order by amount_due_base desc, document_id) filter (
            where days_overdue > 0
        )[1:10] as overdue_documents,
        list(document_id order by amount_due_base desc, document_id) filter (
            where days_overdue > 90
        )[1:10] as overdue_90_documents
    from invoices
    group by organisation_id
),

month_ago as (
    select
        organisation_id,
        sum(open_base) as open_base,
        sum(overdue_base) as overdue_base,
        sum(overdue_90_base) as overdue_90_base
    from intermediate.receivables_a_month_ago
    group by organisation_id
),

joined as (
    select
        organisations.organisation_id,
        organisations.as_of_date,
        organisations.base_currency,
        coalesce(now.open_base, 0) as open_base,
        coalesce(now.overdue_base, 0) as overdue_base,
        coalesce(now.overdue_90_base, 0) as overdue_90_base,
        coalesce(now.overdue_documents, []::uuid[]) as overdue_documents,
        coalesce(now.overdue_90_documents, []::uuid[]) as overdue_90_documents,
        coalesce(month_ago.overdue_90_base, 0) as overdue_90_base_before,
        round(month_ago.overdue_base / nullif(month_ago.open_base, 0), 4) as overdue_share_before
    from organisations
    left join now
        on now.organisation_id = organisations.organisation_id
    left join month_ago
        on month_ago.organisation_id = organisations.organisation_id
),

shares as (
    select *, round(overdue_base / nullif(open_base, 0), 4) as overdue_share
    from joined
)

select
    organisation_id,
    as_of_date,
    'overdue_share' as signal,
    overdue_share::decimal(18, 4) as value,
    overdue_share_before::decimal(18, 4) as previous_value,
    case
        when overdue_share is null then 'No sales invoice is open.'
        else intermediate.words_money(overdue_base, base_currency) || ' of '
            || intermediate.words_money(open_base, base_currency)
            || ' in open sales invoices is overdue (' || round(overdue_share * 100)::integer
            || ' %).'
    end as sentence,
    overdue_documents as documents
from shares
union all
select
    organisation_id,
    as_of_date,
    'overdue_90_base',
    overdue_90_base,
    overdue_90_base_before,
    case
        when overdue_90_base = 0 then 'No sales invoice is more than 90 days overdue.'
        else intermediate.words_money(overdue_90_base, base_currency)
            || ' is more than 90 days overdue.'
    end,
    overdue_90_documents
from shares
