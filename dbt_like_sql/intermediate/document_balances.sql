-- What was open of each document, and from when to when: one row per document and span of days
-- with the same amount open. Any as-of figure is the rows with valid_from <= day < valid_to.
with

documents as (
    select organisation_id, document_id, document_date, total, total_base
    from intermediate.documents
    where is_live
),

settlements as (
    select * from intermediate.settlements
),

untouched as (
    select
        documents.organisation_id,
        documents.document_id,
        documents.document_date as valid_from,
        first_settlements.settlement_date as valid_to,
        documents.total as outstanding,
        documents.total_base as outstanding_base
    from documents
    left join settlements as first_settlements
        on first_settlements.organisation_id = documents.organisation_id
        and first_settlements.document_id = documents.document_id
        and first_settlements.position = 1
),

part_settled as (
    select
        organisation_id,
        document_id,
        settlement_date as valid_from,
        next_settlement_date as valid_to,
        left_after as outstanding,
        left_after_base as outstanding_base
    from settlements
),

spans as (
    select * from untouched
    union all
    select * from part_settled
)

select
    organisation_id,
    document_id,
    valid_from,
    valid_to,
    outstanding,
    outstanding_base
from spans
where outstanding <> 0
    -- Of several settlements on one day the last one says what the day ended with.
    and (valid_to > valid_from or valid_to is null)
