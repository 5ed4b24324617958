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
        payment_id::varchar as settlement_id,
        payment_date as recorded_date,
        amount
    from staging.payments
    where status <> 'DELETED' and not is_removed
),

allocations as (
    select
        organisation_id,
        invoice_id,
        credit_id,
        credit_type,
        coalesce(allocation_id::varchar, credit_id::varchar || '/' || allocation_number)
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

running as (
    select
        *,
        total - sum(amount) over up_to_here as left_after,
        total_base - coalesce(sum(amount_base) over before, 0) as left_before_base
    from dated
    window
        up_to_here as (
            partition by organisation_id, document_id
            order by settlement_date, recorded_date, settlement_id
        ),
        before as (
            partition by organisation_id, document_id
            order by settlement_date, recorded_date, settlement_id
            rows between unbounded preceding and 1 preceding
        )
)

select
    organisation_id,
    document_id,
    document_type,
    ledger,
    settlement_type,
    settlement_id,
    settlement_date,
    recorded_date,
    is_before_document,
    amount,
    -- The settlement that leaves nothing clears the cents that rounding left in base, too.
    case when left_after = 0 then left_before_base else amount_base end::decimal(18, 2)
        as cleared_base,
    left_after::decimal(18, 2) as left_after
from running
