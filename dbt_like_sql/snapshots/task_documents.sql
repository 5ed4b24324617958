-- What a task's document said and when: a document that leaves the watched accounts is remembered,
-- and every change of what a client is asked about is a version.
select
    organisation_id,
    document_type,
    document_id,
    document_state,
    is_wanted,
    document_date,
    contact_id,
    document_number,
    reference,
    total,
    currency_code,
    lines_hash,
    contents_hash,
    matched_lines
from intermediate.task_documents
