-- What approved sales invoices without a template charge for, alike lines of one invoice added up.
with

invoices as (
    select
        invoices.organisation_id,
        invoices.invoice_id,
        invoices.invoice_number,
        invoices.invoice_date,
        invoices.currency_code,
        invoices.total,
        coalesce(contacts.canonical_contact_id, invoices.contact_id) as contact_id
    from staging.invoices as invoices
    join staging.organisations as organisations
        on organisations.organisation_id = invoices.organisation_id
    left join staging.contacts as contacts
        on contacts.organisation_id = invoices.organisation_id
        and contacts.contact_id = invoices.contact_id
    where invoices.type = 'ACCREC'
        and invoices.status in ('AUTHORISED', 'PAID')
        and not invoices.is_removed
        and invoices.repeating_invoice_id is null
        and invoices.invoice_date <= organisations.as_of_date
),

credited as (
    select allocations.organisation_id, allocations.invoice_id, sum(allocations.amount) as credited
    from staging.allocations as allocations
    join staging.organisations as organisations
        on organisations.organisation_id = allocations.organisation_id
    where allocations.credit_type = 'credit_note'
        and allocations.credit_status in ('AUTHORISED', 'PAID')
        and not allocations.is_removed
        and allocations.allocation_date <= organisations.as_of_date
    group by allocations.organisation_id, allocations.invoice_id
),

lines as (
    select
        lines.organisation_id,
        lines.invoice_id,
        coalesce(lines.item_code, lines.account_code) as item_or_account,
        coalesce(lines.description, '') as description,
        lines.net_amount
    from staging.invoice_lines as lines
    semi join invoices
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
),

alike as (
    select
        lines.organisation_id,
        lines.invoice_id,
        lines.item_or_account,
        texts.text,
        min(lines.description) as description,
        bool_or(texts.is_instalment) as is_instalment,
        sum(lines.net_amount)::decimal(18, 2) as amount
    from lines
    join texts
        on texts.description = lines.description
    group by lines.organisation_id, lines.invoice_id, lines.item_or_account, texts.text
)

select
    invoices.organisation_id,
    invoices.invoice_id,
    alike.item_or_account,
    alike.text,
    invoices.invoice_number,
    invoices.invoice_date,
    invoices.currency_code,
    invoices.contact_id,
    alike.description,
    alike.is_instalment,
    alike.amount,
    -- No money and nothing owed: the invoice was taken back.
    coalesce(credited.credited >= invoices.total, false) as is_credited
from invoices
join alike
    on alike.organisation_id = invoices.organisation_id
    and alike.invoice_id = invoices.invoice_id
left join credited
    on credited.organisation_id = invoices.organisation_id
    and credited.invoice_id = invoices.invoice_id
where alike.amount <> 0
