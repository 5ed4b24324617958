-- Every movement of every bank account and credit card, once: money spent and received line by
-- line, payments, and the two rows of each transfer. Batches only group payments, and a pre- or
-- overpayment is counted as its bank transaction. Money in is positive.
with

organisations as (
    select organisation_id, base_currency, as_of_date from staging.organisations
),

bank_accounts as (
    select
        accounts.organisation_id,
        accounts.account_id,
        coalesce(accounts.currency_code, organisations.base_currency) as currency_code,
        organisations.base_currency
    from staging.accounts as accounts
    join organisations
        on organisations.organisation_id = accounts.organisation_id
    where accounts.is_bank_account
),

categories as (
    select organisation_id, account_code, category, why from intermediate.cash_categories
),

contact_flags as (
    select organisation_id, flagged_id, category, why
    from intermediate.cash_flags
    where match_on = 'contact'
),

document_flags as (
    select organisation_id, flagged_id, category, why
    from intermediate.cash_flags
    where match_on = 'document'
),

transfer_sides as (
    select
        organisation_id,
        from_bank_transaction_id as bank_transaction_id,
        to_bank_transaction_id as other_id
    from staging.bank_transfers
    union all
    select organisation_id, to_bank_transaction_id, from_bank_transaction_id
    from staging.bank_transfers
),

-- The side of a transfer in base currency says what the other side is worth, exactly.
transfer_values as (
    select
        sides.organisation_id,
        sides.bank_transaction_id,
        others.total as value_base
    from transfer_sides as sides
    join staging.bank_transactions as others
        on others.organisation_id = sides.organisation_id
        and others.bank_transaction_id = sides.other_id
    join bank_accounts
        on bank_accounts.organisation_id = others.organisation_id
        and bank_accounts.account_id = others.bank_account_id
        and bank_accounts.currency_code = bank_accounts.base_currency
),

bank_transactions as (
    select
        transactions.organisation_id,
        transactions.bank_transaction_id,
        transactions.bank_account_id as account_id,
        transactions.transaction_date as movement_date,
        transactions.contact_id,
        transactions.type like '%-TRANSFER' as is_transfer,
        case when transactions.type like 'RECEIVE%' then 1 else -1 end as sign,
        transactions.total,
        intermediate.effective_rate(
            transactions.currency_rate, bank_accounts.currency_code, bank_accounts.base_currency
        ) as rate,
        transfer_values.value_base as transfer_value_base
    from staging.bank_transactions as transactions
    join bank_accounts
        on bank_accounts.organisation_id = transactions.organisation_id
        and bank_accounts.account_id = transactions.bank_account_id
    left join transfer_values
        on transfer_values.organisation_id = transactions.organisation_id
        and transfer_values.bank_transaction_id = transactions.bank_transaction_id
    where transactions.status = 'AUTHORISED'
        and not transactions.is_removed
        and (transactions.type like 'RECEIVE%' or transactions.type like 'SPEND%')
),

-- Lines share out the transaction's total; the last one takes what is left, so that they add up.
lines as (
    select
        organisation_id,
        bank_transaction_id,
        line_number,
        account_code as counter_account_code,
        sum(net_amount + coalesce(tax_amount, 0)) over so_far as gross_so_far,
        lead(line_number) over so_far is null as is_last
    from staging.bank_transaction_lines
    window so_far as (partition by organisation_id, bank_transaction_id order by line_number)
),

line_ends as (
    select
        transactions.*,
        coalesce(lines.line_number, 1) as line_number,
        lines.counter_account_code,
        case
            when coalesce(lines.is_last, true) then transactions.total else lines.gross_so_far
        end as amount_so_far
    from bank_transactions as transactions
    left join lines
        on lines.organisation_id = transactions.organisation_id
        and lines.bank_transaction_id = transactions.bank_transaction_id
),

converted_line_ends as (
    select
        *,
        coalesce(
            case when rate is distinct from 1 then transfer_value_base end,
            intermediate.to_base(amount_so_far, rate)
        ) as base_so_far
    from line_ends
),

bank_transaction_parts as (
    select
        organisation_id,
        'bank_transaction' as source,
        bank_transaction_id as source_id,
        null::uuid as document_id,
        line_number,
        account_id,
        movement_date,
        contact_id,
        counter_account_code,
        is_transfer,
        sign,
        sign * (amount_so_far - coalesce(lag(amount_so_far) over parts, 0)) as amount,
        sign * (base_so_far - coalesce(lag(base_so_far) over parts, 0)) as amount_base
    from converted_line_ends
    window parts as (partition by organisation_id, bank_transaction_id order by line_number)
),

payments as (
    select
        payments.organisation_id,
        'payment' as source,
        payments.payment_id as source_id,
        payments.document_id,
        1 as line_number,
        payments.account_id,
        payments.payment_date as movement_date,
        payments.contact_id,
        null::varchar as counter_account_code,
        false as is_transfer,
        -- Clients pay us and suppliers refund us: in. We pay bills and refund clients: out.
        case
            when payments.payment_type in (
                'ACCRECPAYMENT', 'APCREDITPAYMENT', 'APPREPAYMENTPAYMENT', 'APOVERPAYMENTPAYMENT'
            ) then 1
            else -1
        end as sign,
        payments.amount,
        payments.bank_amount,
        bank_accounts.currency_code,
        bank_accounts.base_currency,
        documents.currency_code as document_currency,
        -- Converted at the rate of the payment's day; the document's stands in where none is given.
        intermediate.effective_rate(
            coalesce(payments.currency_rate, documents.currency_rate),
            documents.currency_code,
            bank_accounts.base_currency
        ) as rate
    from staging.payments as payments
    join bank_accounts
        on bank_accounts.organisation_id = payments.organisation_id
        and bank_accounts.account_id = payments.account_id
    left join intermediate.documents as documents
        on documents.organisation_id = payments.organisation_id
        and documents.document_id = payments.document_id
    where payments.status = 'AUTHORISED' and not payments.is_removed
),

converted_payments as (
    select
        organisation_id,
        source,
        source_id,
        document_id,
        line_number,
        account_id,
        movement_date,
        contact_id,
        counter_account_code,
        is_transfer,
        sign,
        -- Xero gives BankAmount since June 2026; before, the amount tells it.
        sign * coalesce(
            bank_amount,
            case when currency_code = document_currency then amount
                when currency_code = base_currency then intermediate.to_base(amount, rate)
            end
        ) as amount,
        sign * case
            when currency_code = base_currency
                then coalesce(bank_amount, intermediate.to_base(amount, rate))
            else intermediate.to_base(amount, rate)
        end as amount_base
    from payments
),

movements as (
    select * from bank_transaction_parts
    union all by name
    select * from converted_payments
)

select
    movements.organisation_id,
    movements.source,
    movements.source_id,
    movements.document_id,
    movements.line_number,
    movements.account_id,
    movements.movement_date,
    movements.contact_id,
    movements.counter_account_code,
    movements.is_transfer,
    case movements.sign when 1 then 'in' else 'out' end as direction,
    case
        when movements.is_transfer then 'transfer'
        else coalesce(
            document_flags.category,
            invoice_flags.category,
            contact_flags.category,
            categories.category,
            'operating'
        )
    end as category,
    case
        when movements.is_transfer then 'Between two of the organisation''s own accounts'
        when document_flags.category is not null then document_flags.why
        when invoice_flags.category is not null then invoice_flags.why
        when contact_flags.category is not null then contact_flags.why
        else categories.why
    end as category_reason,
    movements.amount::decimal(18, 2) as amount,
    movements.amount_base::decimal(18, 2) as amount_base,
    movements.amount_base is null as is_rate_missing
from movements
join organisations
    on organisations.organisation_id = movements.organisation_id
    and movements.movement_date <= organisations.as_of_date
left join categories
    on categories.organisation_id = movements.organisation_id
    and categories.account_code = movements.counter_account_code
left join contact_flags
    on contact_flags.organisation_id = movements.organisation_id
    and contact_flags.flagged_id = movements.contact_id
left join document_flags
    on document_flags.organisation_id = movements.organisation_id
    and document_flags.flagged_id = movements.source_id
left join document_flags as invoice_flags
    on invoice_flags.organisation_id = movements.organisation_id
    and invoice_flags.flagged_id = movements.document_id
