-- Of all those lines the few that matter: of documents with a line on an account that is or was
-- watched, and of those about which a person has decided something, wherever they are coded now.
with

watched as (
    select distinct organisation_id, account_id from snapshots.task_accounts
),

documents as (
    select lines.organisation_id, lines.document_id
    from intermediate.task_source_lines as lines
    semi join watched
        on watched.organisation_id = lines.organisation_id
        and watched.account_id = lines.account_id

    union

    select organisation_id, document_id from ops.task_decisions
)

select lines.*
from intermediate.task_source_lines as lines
semi join documents
    on documents.organisation_id = lines.organisation_id
    and documents.document_id = lines.document_id
