-- What approved sales invoices without a template charge for, line by line.
with

organisations as (
    select organisation_id, as_of_date from staging.organisations
),

credited as (
    select allocations.organisation_id, allocations.invoice_id, sum(allocations.amount) as credited
    from staging.allocations as allocations
    join organisations
        on organisations.organisation_id = allocations.organisation_id
    where allocations.credit_type = 'credit_note'
        and allocations.credit_status in ('AUTHORISED', 'PAID')
        and not allocations.is_removed
        and allocations.allocation_date <= organisations.as_of_date
    group by allocations.organisation_id, allocations.invoice_id
),

invoices as (
    select
        invoices.organisation_id,
        invoices.invoice_id,
        invoices.invoice_number,
        invoices.invoice_date,
        invoices.currency_code,
        coalesce(contacts.canonical_contact_id, invoices.contact_id) as contact_id,
        -- No money and nothing owed: the invoice was taken back.
        coalesce(credited.credited >= invoices.total, false) as is_credited
    from staging.invoices as invoices
    join organisations
        on organisations.organisation_id = invoices.organisation_id
    left join staging.contacts as contacts
        on contacts.organisation_id = invoices.organisation_id
        and contacts.contact_id = invoices.contact_id
    left join credited
        on credited.organisation_id = invoices.organisation_id
        and credited.invoice_id = invoices.invoice_id
    where invoices.type = 'ACCREC'
        and invoices.status in ('AUTHORISED', 'PAID')
        and not invoices.is_removed
        and invoices.repeating_invoice_id is null
        and invoices.invoice_date <= organisations.as_of_date
),

lines as (
    select
        invoices.*,
        lines.line_number,
        coalesce(lines.item_code, lines.account_code) as item_or_account,
        coalesce(lines.description, '') as description,
        lines.net_amount
    from staging.invoice_lines as lines
    join invoices
        on invoices.organisation_id = lines.organisation_id
        and invoices.invoice_id = lines.invoice_id
    anti join intermediate.recurring_pass_through_accounts as pass_through
        on pass_through.organisation_id = lines.organisation_id
        and pass_through.account_code = lines.account_code
    where lines.net_amount <> 0
),

-- Each wording once: there are far fewer than lines, and reading one is slow.
texts as (
    select
        description,
        intermediate.cadence_text(description) as text,
        -- Parts of one sum say so; they end, however regular they are.
        regexp_matches(
            lower(description),
            '\b(deposit|instal?lments?|milestones?|stage|final payment|progress (claim|payment)|'
            || 'part (payment|\d))'
        ) as is_instalment
    from (select distinct description from lines)
)

select
    lines.organisation_id,
    -- Tells apart by customer and by what is charged for. A number, since so many rows are sorted
    -- and joined by it; it need not be the same in another version of DuckDB.
    hash(lines.contact_id, lines.item_or_account, texts.text) as thing,
    lines.invoice_id,
    lines.line_number,
    lines.invoice_number,
    lines.invoice_date,
    lines.currency_code,
    lines.contact_id,
    lines.item_or_account,
    texts.text,
    lines.description,
    texts.is_instalment,
    lines.net_amount::decimal(18, 2) as amount,
    lines.is_credited
from lines
join texts
    on texts.description = lines.description
