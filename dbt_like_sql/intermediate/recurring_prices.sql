-- The part of a template's or linked invoice's total that recurs.
with

pass_through as (
    select organisation_id, account_code from intermediate.recurring_pass_through_accounts
),

documents as (
    select organisation_id, repeating_invoice_id as document_id
    from staging.repeating_invoices
    where type = 'ACCREC'
    union all
    select organisation_id, invoice_id
    from intermediate.recurring_invoices
),

lines as (
    select organisation_id, repeating_invoice_id as document_id, account_code, net_amount
    from staging.repeating_invoice_lines
    union all
    select organisation_id, invoice_id, account_code, net_amount
    from staging.invoice_lines
),

document_lines as (
    select
        documents.organisation_id,
        documents.document_id,
        lines.net_amount,
        pass_through.account_code is not null as is_pass_through
    from documents
    left join lines
        on lines.organisation_id = documents.organisation_id
        and lines.document_id = documents.document_id
    left join pass_through
        on pass_through.organisation_id = lines.organisation_id
        and pass_through.account_code = lines.account_code
)

select
    organisation_id,
    document_id,
    coalesce(sum(net_amount) filter (where not is_pass_through), 0)::decimal(18, 2) as price,
    coalesce(sum(net_amount) filter (where is_pass_through), 0)::decimal(18, 2) as pass_through
from document_lines
group by organisation_id, document_id
