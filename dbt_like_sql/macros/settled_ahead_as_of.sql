-- Money that is dated up to a day, for documents dated after it: the control account has it
-- already, aging counts it from the document's own day on. In base currency, by ledger; positive
-- where it lessens what is owed.
-- as_of: the day; NULL means each organisation's own as_of_date.
create or replace macro intermediate.settled_ahead_as_of(as_of) as table
with

as_of_dates as (
    select
        organisation_id,
        least(coalesce(as_of::date, as_of_date), as_of_date) as as_of_date
    from staging.organisations
)

select
    settlements.organisation_id,
    settlements.ledger,
    sum(documents.sign * settlements.cleared_base)::decimal(18, 2) as amount_base
from intermediate.settlements as settlements
join as_of_dates
    on as_of_dates.organisation_id = settlements.organisation_id
    and settlements.recorded_date <= as_of_dates.as_of_date
    and settlements.settlement_date > as_of_dates.as_of_date
join intermediate.documents as documents
    on documents.organisation_id = settlements.organisation_id
    and documents.document_id = settlements.document_id
where settlements.is_before_document and settlements.document_type <> 'prepayment'
group by settlements.organisation_id, settlements.ledger
