-- Every document that could ask a client something, in one form and in every state. `xero_type` is
-- Xero's own word for it; manual journals, which have none, are MANUALJOURNAL. Organisations that
-- never watched an account have no tasks and are left out.
with

watching as (
    select distinct organisation_id from snapshots.task_accounts
),

organisations as (
    select
        organisations.organisation_id,
        organisations.base_currency,
        organisations.period_lock_date,
        organisations.end_of_year_lock_date
    from staging.organisations as organisations
    semi join watching
        on watching.organisation_id = organisations.organisation_id
),

documents as (
    select
        organisation_id,
        'bank_transaction' as document_type,
        bank_transaction_id as document_id,
        'bank_transactions' as endpoint,
        type as xero_type,
        status,
        is_removed,
        transaction_date as document_date,
        contact_id,
        null as document_number,
        reference,
        total,
        currency_code,
        currency_rate,
        is_reconciled,
        bank_account_id,
        false as is_allocated,
        has_attachments,
        first_seen_at
    from staging.bank_transactions

    union all

    select
        organisation_id,
        case type when 'ACCPAY' then 'bill' else 'invoice' end,
        invoice_id,
        'invoices',
        type,
        status,
        is_removed,
        invoice_date,
        contact_id,
        invoice_number,
        reference,
        total,
        currency_code,
        currency_rate,
        null,
        null,
        false,
        has_attachments,
        first_seen_at
    from staging.invoices
    where type in ('ACCREC', 'ACCPAY')

    union all

    select
        organisation_id,
        'credit_note',
        credit_note_id,
        'credit_notes',
        type,
        status,
        is_removed,
        credit_note_date,
        contact_id,
        credit_note_number,
        reference,
        total,
        currency_code,
        currency_rate,
        null,
        null,
        remaining_credit < total,
        has_attachments,
        first_seen_at
    from staging.credit_notes

    union all

    -- A journal is written in base currency, and its total is nought: its lines say how much.
    select
        journals.organisation_id,
        'manual_journal',
        journals.manual_journal_id,
        'manual_journals',
        'MANUALJOURNAL',
        journals.status,
        journals.is_removed,
        journals.journal_date,
        null,
        null,
        journals.narration,
        null,
        organisations.base_currency,
        null,
        null,
        null,
        false,
        journals.has_attachments,
        journals.first_seen_at
    from staging.manual_journals as journals
    join organisations
        on organisations.organisation_id = journals.organisation_id
)

select
    documents.*,
    case
        when documents.status = 'VOIDED' then 'voided'
        when documents.status = 'DELETED' or documents.is_removed then 'deleted'
        else 'live'
    end as document_state,
    case
        when documents.xero_type like 'SPEND%' or documents.xero_type like 'ACCPAY%'
            then 'purchases'
        when documents.xero_type like 'RECEIVE%' or documents.xero_type like 'ACCREC%'
            then 'sales'
    end as side,
    intermediate.effective_rate(
        documents.currency_rate, documents.currency_code, organisations.base_currency
    ) as base_rate,
    coalesce(
        documents.document_date
        <= greatest(organisations.period_lock_date, organisations.end_of_year_lock_date),
        false
    ) as is_period_locked
from documents
join organisations
    on organisations.organisation_id = documents.organisation_id
