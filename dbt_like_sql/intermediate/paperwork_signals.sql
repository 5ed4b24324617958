-- What waits on the organisation itself: sales invoices still in draft, and bills past due.
with

organisations as (
    select organisation_id, short_code, base_currency, as_of_date from staging.organisations
),

-- Drafts and those that wait for approval, dated no later than today.
drafts as (
    select
        documents.organisation_id,
        sum(documents.total_base) as total_base,
        count(*) as invoices,
        arg_max(
            intermediate.signal_driver(
                documents.document_type, documents.document_id, documents.document_number,
                documents.total_base,
                intermediate.document_link(
                    organisations.short_code, documents.ledger, documents.document_type,
                    documents.document_id, documents.bank_transaction_id
                )
            ),
            (documents.total_base, documents.document_id),
            10
        ) as drivers
    from intermediate.documents as documents
    join organisations
        on organisations.organisation_id = documents.organisation_id
    where documents.ledger = 'receivable'
        and documents.document_type = 'invoice'
        and documents.status in ('DRAFT', 'SUBMITTED')
        and documents.document_date <= organisations.as_of_date
    group by documents.organisation_id
),

overdue_bills as (
    select
        organisation_id,
        sum(amount_due_base) as overdue_base,
        count(*) as bills,
        arg_max(
            intermediate.signal_driver(
                document_type, document_id, document_number, amount_due_base, deep_link
            ),
            (amount_due_base, document_id),
            10
        ) as drivers
    from intermediate.open_documents
    where ledger = 'payable' and document_type = 'invoice' and days_overdue > 0
    group by organisation_id
),

overdue_bills_before as (
    select organisation_id, sum(outstanding_base) as overdue_base
    from intermediate.documents_a_month_ago
    where ledger = 'payable' and document_type = 'invoice' and days_overdue > 0
    group by organisation_id
)

select
    organisations.organisation_id,
    'draft_invoices_base' as signal,
    coalesce(drafts.total_base, 0)::decimal(18, 4) as value,
    -- Xero keeps no history of what was a draft when.
    null::decimal(18, 4) as previous_value,
    case
        when drafts.organisation_id is null then 'No sales invoice is waiting as a draft.'
        else intermediate.words_count(
                drafts.invoices, 'sales invoice is still a draft',
                'sales invoices are still drafts'
            ) || ': nobody has been asked to pay '
            || intermediate.words_money(drafts.total_base, organisations.base_currency) || '.'
    end as sentence,
    drafts.drivers
from organisations
left join drafts
    on drafts.organisation_id = organisations.organisation_id
union all
select
    organisations.organisation_id,
    'overdue_bills_base',
    coalesce(overdue_bills.overdue_base, 0)::decimal(18, 4),
    coalesce(overdue_bills_before.overdue_base, 0)::decimal(18, 4),
    case
        when overdue_bills.organisation_id is null then 'No bill is past its due date.'
        else intermediate.words_money(
                overdue_bills.overdue_base, organisations.base_currency
            ) || ' in ' || intermediate.words_count(overdue_bills.bills, 'bill', 'bills')
            || ' is past its due date.'
    end,
    overdue_bills.drivers
from organisations
left join overdue_bills
    on overdue_bills.organisation_id = organisations.organisation_id
left join overdue_bills_before
    on overdue_bills_before.organisation_id = organisations.organisation_id
