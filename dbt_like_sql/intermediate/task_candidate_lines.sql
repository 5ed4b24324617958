-- Of all those lines the few that matter: of documents with a line on an account that is or was
-- watched.
with

watched as (
    select distinct organisation_id, account_id from snapshots.task_accounts
),

documents as (
    select distinct lines.organisation_id, lines.endpoint, lines.document_id
    from intermediate.task_source_lines as lines
    semi join watched
        on watched.organisation_id = lines.organisation_id
        and watched.account_id = lines.account_id
)

select lines.*
from intermediate.task_source_lines as lines
semi join documents
    on documents.organisation_id = lines.organisation_id
    and documents.endpoint = lines.endpoint
    and documents.document_id = lines.document_id
