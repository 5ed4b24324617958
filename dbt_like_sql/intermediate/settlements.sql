-- What reduces a document, one row per document and settlement: a payment, the refund of a credit,
-- or an allocation, which shows twice: on the invoice and on the credit. Deleted payments and the
-- allocations of voided credits settle nothing.
with

documents as (
    select
        organisation_id, document_id, document_type, ledger, document_date, currency_rate, total,
        total_base
    from intermediate.documents
    where is_live
),

payments as (
    select
        organisation_id,
        document_id,
        case document_type when 'invoice' then 'payment' else 'refund' end as settlement_type,
        payment_id as settlement_id,
        payment_date as recorded_date,
        amount
    from staging.payments
    where status = 'AUTHORISED' and not is_removed
),

allocations as (
    select
        organisation_id,
        invoice_id,
        credit_id,
        credit_type,
        -- Allocations have had no id of their own at all times.
        coalesce(allocation_id, md5(credit_id::varchar || allocation_number)::uuid)
            as settlement_id,
        allocation_date as recorded_date,
        amount
    from staging.allocations
    where credit_status in ('AUTHORISED', 'PAID') and not is_removed
),

settlements as (
    select * from payments
    union all
    select organisation_id, invoice_id, 'allocated_' || credit_type, settlement_id, recorded_date,
        amount
    from allocations
    union all
    select organisation_id, credit_id, 'allocated', settlement_id, recorded_date, amount
    from allocations
),

-- Money that came before the document counts from the document's own day on.
dated as (
    select
        settlements.organisation_id,
        settlements.document_id,
        documents.document_type,
        documents.ledger,
        settlements.settlement_type,
        settlements.settlement_id,
        settlements.recorded_date,
        greatest(settlements.recorded_date, documents.document_date) as settlement_date,
        settlements.recorded_date < documents.document_date as is_before_document,
        settlements.amount,
        documents.total,
        documents.total_base,
        -- At the document's own rate: what the day's rate adds is realised gain, not settlement.
        intermediate.to_base(settlements.amount, documents.currency_rate) as amount_base
    from settlements
    join documents
        on documents.organisation_id = settlements.organisation_id
        and documents.document_id = settlements.document_id
),

-- Few documents are settled in parts: only theirs have to be put in order.
in_parts as (
    select organisation_id, document_id
    from settlements
    group by organisation_id, document_id
    having count(*) > 1
),

running as (
    select
        *,
        1 as position,
        null::date as next_settlement_date,
        total - amount as left_after,
        total_base - amount_base as left_after_at_rate
    from dated
    anti join in_parts
        using (organisation_id, document_id)
    union all
    select
        *,
        row_number() over in_order as position,
        lead(settlement_date) over in_order as next_settlement_date,
        total - sum(amount) over in_order as left_after,
        total_base - sum(amount_base) over in_order as left_after_at_rate
    from dated
    semi join in_parts
        using (organisation_id, document_id)
    window in_order as (
        partition by organisation_id, document_id
        order by settlement_date, recorded_date, settlement_id
        rows between unbounded preceding and current row
    )
)

select
    organisation_id,
    document_id,
    document_type,
    ledger,
    settlement_type,
    settlement_id,
    position,
    settlement_date,
    next_settlement_date,
    recorded_date,
    is_before_document,
    amount,
    -- The settlement that leaves nothing clears the cents that rounding left in base, too.
    (case when left_after = 0 then amount_base + left_after_at_rate else amount_base end)
        ::decimal(18, 2) as cleared_base,
    left_after::decimal(18, 2) as left_after,
    (case when left_after = 0 then 0 else left_after_at_rate end)::decimal(18, 2)
        as left_after_base
from running
