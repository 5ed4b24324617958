-- What was open of each document, and from when to when: one row per document and span of days
-- with the same amount open. Any as-of figure is the rows with valid_from <= day < valid_to.
with

movements as (
    select
        organisation_id,
        document_id,
        document_date as day,
        total as amount,
        total_base as amount_base
    from intermediate.documents
    where is_live
    union all
    select organisation_id, document_id, settlement_date, -amount, -cleared_base
    from intermediate.settlements
),

days as (
    select
        organisation_id,
        document_id,
        day,
        sum(amount) as amount,
        -- One unknown rate makes the sum unknown, which sum() would pass over.
        case when count(*) = count(amount_base) then sum(amount_base) end as amount_base
    from movements
    group by organisation_id, document_id, day
),

balances as (
    select
        organisation_id,
        document_id,
        day as valid_from,
        lead(day) over document as valid_to,
        sum(amount) over document as outstanding,
        sum(amount_base) over document as outstanding_base
    from days
    window document as (partition by organisation_id, document_id order by day)
)

select
    organisation_id,
    document_id,
    valid_from,
    valid_to,
    outstanding::decimal(18, 2) as outstanding,
    outstanding_base::decimal(18, 2) as outstanding_base
from balances
where outstanding <> 0
