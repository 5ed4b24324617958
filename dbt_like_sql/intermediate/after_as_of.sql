-- What is dated after the as-of date and so not in today's aging: Xero's own running balances
-- (AmountDue, RemainingCredit, contact balances) hold it already.
with

documents as (
    select
        documents.organisation_id,
        documents.document_id,
        documents.ledger,
        documents.document_type,
        documents.contact_id,
        documents.sign,
        documents.total,
        documents.total_base,
        documents.document_date > organisations.as_of_date as is_later,
        organisations.as_of_date
    from intermediate.documents as documents
    join staging.organisations as organisations
        on organisations.organisation_id = documents.organisation_id
    where documents.is_live
),

later as (
    select
        organisation_id, document_id, ledger, document_type, contact_id,
        sign * total as amount,
        sign * total_base as amount_base
    from documents
    where is_later
    union all
    select
        documents.organisation_id, documents.document_id, documents.ledger,
        documents.document_type, documents.contact_id,
        -documents.sign * settlements.amount,
        -documents.sign * settlements.cleared_base
    from intermediate.settlements as settlements
    join documents
        on documents.organisation_id = settlements.organisation_id
        and documents.document_id = settlements.document_id
    where settlements.settlement_date > documents.as_of_date
)

select
    organisation_id,
    document_id,
    any_value(ledger) as ledger,
    any_value(document_type) as document_type,
    any_value(contact_id) as contact_id,
    sum(amount)::decimal(18, 2) as amount,
    sum(amount_base)::decimal(18, 2) as amount_base
from later
group by organisation_id, document_id
