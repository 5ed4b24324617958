-- What each contact of the sample has open, in all (without a document id) and document by
-- document, against Xero's aged receivables report of that contact as of the day of that report.
select
    organisation_id,
    as_of_date,
    contact_id,
    contact_name,
    document_id,
    document_type,
    document_number,
    expected,
    actual,
    variance
from intermediate.aged_reports_compared
where ledger = 'receivable' and is_comparable and variance <> 0
