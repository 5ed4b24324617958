-- The lines of those documents. Old lines name their account by code only.
with

watching as (
    select distinct organisation_id from snapshots.task_accounts
),

accounts as (
    select organisation_id, account_id, code from staging.accounts where code is not null
),

lines as (
    select
        organisation_id,
        'bank_transactions' as endpoint,
        bank_transaction_id as document_id,
        line_number,
        line_item_id,
        account_id,
        account_code,
        description,
        quantity,
        line_amount,
        tax_amount,
        net_amount
    from staging.bank_transaction_lines

    union all

    select
        organisation_id,
        'invoices',
        invoice_id,
        line_number,
        line_item_id,
        account_id,
        account_code,
        description,
        quantity,
        line_amount,
        tax_amount,
        net_amount
    from staging.invoice_lines

    union all

    select
        organisation_id,
        'credit_notes',
        credit_note_id,
        line_number,
        line_item_id,
        account_id,
        account_code,
        description,
        quantity,
        line_amount,
        tax_amount,
        net_amount
    from staging.credit_note_lines

    union all

    select
        organisation_id,
        'manual_journals',
        manual_journal_id,
        line_number,
        null,
        account_id,
        account_code,
        description,
        null,
        line_amount,
        tax_amount,
        line_amount
    from staging.manual_journal_lines
)

select
    lines.organisation_id,
    lines.endpoint,
    lines.document_id,
    lines.line_number,
    lines.line_item_id,
    coalesce(lines.account_id, accounts.account_id) as account_id,
    lines.account_code,
    lines.description,
    lines.quantity,
    lines.line_amount,
    coalesce(lines.tax_amount, 0) as tax_amount,
    lines.net_amount
from lines
semi join watching
    on watching.organisation_id = lines.organisation_id
left join accounts
    on accounts.organisation_id = lines.organisation_id
    -- NULL matches nothing: nobody is looked up who is there already.
    and accounts.code = case when lines.account_id is null then lines.account_code end
