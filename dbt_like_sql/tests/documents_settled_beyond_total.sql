-- Documents that were settled for more than their total: Xero does not allow it, so a payment or
-- an allocation was read twice or belongs elsewhere.
select
    settlements.organisation_id,
    settlements.document_id,
    any_value(documents.total) as expected,
    sum(settlements.amount) as actual,
    sum(settlements.amount) - any_value(documents.total) as variance
from intermediate.settlements as settlements
join intermediate.documents as documents
    on documents.organisation_id = settlements.organisation_id
    and documents.document_id = settlements.document_id
group by settlements.organisation_id, settlements.document_id
having sum(settlements.amount) > any_value(documents.total)
