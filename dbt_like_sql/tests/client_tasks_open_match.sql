-- An open task whose document is not live on a watched account, or a document that is wanted now
-- without an open task.
with

open_tasks as (
    select organisation_id, document_type, document_id
    from marts.client_tasks
    where state = 'open'
),

live_documents as (
    select organisation_id, document_type, document_id, is_wanted
    from intermediate.task_documents
    where document_state = 'live'
)

select
    organisation_id,
    document_type,
    document_id,
    case when live_documents.document_id is null then 'closed' else 'open' end as expected,
    case when open_tasks.document_id is null then 'closed' else 'open' end as actual
from open_tasks
full join live_documents
    using (organisation_id, document_type, document_id)
where live_documents.document_id is null
    or (open_tasks.document_id is null and live_documents.is_wanted)
