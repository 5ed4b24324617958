with

tasks as (
    select organisation_id, task_id, document_type, document_id
    from marts.client_tasks
),

sources as (
    select organisation_id, endpoint, document_type, document_id
    from intermediate.task_sources
),

fetched as (
    select organisation_id, attachment_id, sha256, stored_as, fetched_at
    from ops.attachment_files
)

select
    tasks.organisation_id,
    tasks.task_id,
    files.attachment_id,
    tasks.document_type,
    tasks.document_id,
    files.file_name,
    files.mime_type,
    files.content_length,
    files.first_seen_at,
    files.removed_at,
    files.removed_at is not null as is_removed,
    fetched.sha256,
    fetched.stored_as,
    fetched.fetched_at
from staging.attachments as files
join sources
    on sources.organisation_id = files.organisation_id
    and sources.endpoint = files.endpoint
    and sources.document_id = files.document_id
join tasks
    on tasks.organisation_id = sources.organisation_id
    and tasks.document_type = sources.document_type
    and tasks.document_id = sources.document_id
left join fetched
    on fetched.organisation_id = files.organisation_id
    and fetched.attachment_id = files.attachment_id
