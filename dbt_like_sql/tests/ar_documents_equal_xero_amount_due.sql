-- What is open of every document, worked out from payments and allocations, against the AmountDue
-- and RemainingCredit that Xero keeps; in the document's currency. Left out: documents that changed
-- while they were read, until the next sync has them whole.
with

later as (
    select organisation_id, document_id, amount from intermediate.after_as_of
),

expected as (
    select
        documents.organisation_id,
        documents.document_id,
        documents.document_type,
        documents.document_number,
        documents.sign * documents.xero_amount_due as amount
    from intermediate.documents as documents
    join intermediate.document_changes as changes
        on changes.organisation_id = documents.organisation_id
        and changes.document_id = documents.document_id
        and not changes.is_changed_since_read
    where documents.ledger = 'receivable' and documents.status in ('AUTHORISED', 'PAID')
),

actual as (
    select organisation_id, document_id, amount_due as amount from marts.ar_aging_documents
)

select
    expected.organisation_id,
    expected.document_type,
    expected.document_id,
    expected.document_number,
    expected.amount as expected,
    coalesce(actual.amount, 0) + coalesce(later.amount, 0) as actual,
    coalesce(actual.amount, 0) + coalesce(later.amount, 0) - expected.amount as variance
from expected
left join actual
    on actual.organisation_id = expected.organisation_id
    and actual.document_id = expected.document_id
left join later
    on later.organisation_id = expected.organisation_id
    and later.document_id = expected.document_id
where coalesce(actual.amount, 0) + coalesce(later.amount, 0) <> expected.amount
