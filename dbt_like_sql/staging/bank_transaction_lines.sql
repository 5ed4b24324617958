-- One row per line of bank_transactions. Xero gives lines new ids when a document is edited: a line
-- is named by its place in the document.
with

unnested as (
    select
        organisation_id,
        bank_transaction_id,
        line_amount_types,
        unnest(line_items) as line,
        generate_subscripts(line_items, 1) as line_number
    from raw.bank_transactions
)

select
    organisation_id,
    bank_transaction_id,
    line_number,
    line.line_item_id as line_item_id,
    line.description as description,
    line.quantity as quantity,
    line.unit_amount as unit_amount,
    line.item_code as item_code,
    line.account_code as account_code,
    line.account_id as account_id,
    line.tax_type as tax_type,
    line.line_amount as line_amount,
    line.tax_amount as tax_amount,
    -- LineAmount is after discount, and holds the tax when the document is Inclusive.
    case
        when line_amount_types = 'Inclusive' then line.line_amount - coalesce(line.tax_amount, 0)
        else line.line_amount
    end as net_amount,
    line.discount_rate as discount_rate,
    line.discount_amount as discount_amount,
    line.tracking as tracking
from unnested
