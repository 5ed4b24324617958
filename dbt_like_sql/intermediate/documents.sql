-- Everything that a client can owe us or we a supplier, and every credit against it: invoices and
-- bills, credit notes, prepayments and overpayments, in one form. `sign` is 1 for what is owed and
-- -1 for a credit. Rows that vanished from a complete listing are left out.
with

organisations as (
    select organisation_id, base_currency from staging.organisations
),

invoices as (
    select
        organisation_id,
        invoice_id as document_id,
        'invoice' as document_type,
        case type when 'ACCREC' then 'receivable' when 'ACCPAY' then 'payable' end as ledger,
        1 as sign,
        invoice_number as document_number,
        reference,
        contact_id,
        contact_name,
        invoice_date as document_date,
        due_date,
        coalesce(due_date, invoice_date) as aged_from,
        due_date is null as is_due_date_missing,
        coalesce(expected_payment_date, planned_payment_date) as expected_payment_date,
        status,
        currency_code,
        currency_rate,
        total,
        amount_due as xero_amount_due,
        null::uuid as bank_transaction_id
    from staging.invoices
    where not is_removed
),

-- A credit has no due date: it is aged by its own date.
credit_notes as (
    select
        organisation_id,
        credit_note_id as document_id,
        'credit_note' as document_type,
        case type when 'ACCRECCREDIT' then 'receivable' when 'ACCPAYCREDIT' then 'payable' end
            as ledger,
        -1 as sign,
        credit_note_number as document_number,
        reference,
        contact_id,
        contact_name,
        credit_note_date as document_date,
        null::date as due_date,
        credit_note_date as aged_from,
        false as is_due_date_missing,
        null::date as expected_payment_date,
        status,
        currency_code,
        currency_rate,
        total,
        remaining_credit as xero_amount_due,
        null::uuid as bank_transaction_id
    from staging.credit_notes
    where not is_removed
),

money_ahead as (
    select
        organisation_id,
        prepayment_id as document_id,
        'prepayment' as document_type,
        type,
        reference,
        contact_id,
        contact_name,
        prepayment_date as document_date,
        status,
        currency_code,
        currency_rate,
        total,
        remaining_credit
    from staging.prepayments
    where not is_removed
    union all
    select
        organisation_id,
        overpayment_id,
        'overpayment',
        type,
        reference,
        contact_id,
        contact_name,
        overpayment_date,
        status,
        currency_code,
        currency_rate,
        total,
        remaining_credit
    from staging.overpayments
    where not is_removed
),

-- The bank transaction that a pre- or overpayment was made by.
bank_rows as (
    select
        organisation_id,
        coalesce(prepayment_id, overpayment_id) as document_id,
        any_value(bank_transaction_id) as bank_transaction_id
    from staging.bank_transactions
    where coalesce(prepayment_id, overpayment_id) is not null
    group by all
),

pre_and_overpayments as (
    select
        money_ahead.organisation_id,
        money_ahead.document_id,
        money_ahead.document_type,
        -- Also spelt ARPREPAYMENT, APOVERPAYMENT and so on.
        case
            when money_ahead.type like 'RECEIVE%' or money_ahead.type like 'AR%' then 'receivable'
            when money_ahead.type like 'SPEND%' or money_ahead.type like 'AP%' then 'payable'
        end as ledger,
        -1 as sign,
        null::varchar as document_number,
        money_ahead.reference,
        money_ahead.contact_id,
        money_ahead.contact_name,
        money_ahead.document_date,
        null::date as due_date,
        money_ahead.document_date as aged_from,
        false as is_due_date_missing,
        null::date as expected_payment_date,
        money_ahead.status,
        money_ahead.currency_code,
        money_ahead.currency_rate,
        money_ahead.total,
        money_ahead.remaining_credit as xero_amount_due,
        bank_rows.bank_transaction_id
    from money_ahead
    left join bank_rows
        on bank_rows.organisation_id = money_ahead.organisation_id
        and bank_rows.document_id = money_ahead.document_id
),

documents as (
    select * from invoices
    union all by name
    select * from credit_notes
    union all by name
    select * from pre_and_overpayments
),

converted as (
    select
        documents.*,
        organisations.base_currency,
        intermediate.effective_rate(
            documents.currency_rate, documents.currency_code, organisations.base_currency
        ) as effective_rate
    from documents
    join organisations
        on organisations.organisation_id = documents.organisation_id
    -- A type that Xero has added since counts nowhere; the tests of staging name it.
    where documents.ledger is not null
)

select
    converted.organisation_id,
    converted.ledger,
    converted.document_type,
    converted.document_id,
    converted.document_number,
    converted.reference,
    converted.sign,
    converted.contact_id,
    coalesce(contacts.canonical_contact_id, converted.contact_id) as canonical_contact_id,
    coalesce(contacts.name, converted.contact_name) as contact_name,
    coalesce(contacts.canonical_name, converted.contact_name) as canonical_contact_name,
    converted.document_date,
    converted.due_date,
    converted.aged_from,
    converted.is_due_date_missing,
    converted.expected_payment_date,
    converted.status,
    -- PAID today may have been open on an earlier day: both statuses count, drafts and what was
    -- voided or deleted never do.
    converted.status in ('AUTHORISED', 'PAID') as is_live,
    converted.base_currency,
    converted.currency_code,
    converted.effective_rate as currency_rate,
    converted.effective_rate is null as is_rate_missing,
    converted.total,
    intermediate.to_base(converted.total, converted.effective_rate) as total_base,
    converted.xero_amount_due,
    converted.bank_transaction_id
from converted
left join staging.contacts as contacts
    on contacts.organisation_id = converted.organisation_id
    and contacts.contact_id = converted.contact_id
