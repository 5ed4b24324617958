with

tasks as (
    select organisation_id, task_id, endpoint, document_type, document_id
    from intermediate.task_latest
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
join tasks
    on tasks.organisation_id = files.organisation_id
    and tasks.endpoint = files.endpoint
    and tasks.document_id = files.document_id
left join fetched
    on fetched.organisation_id = files.organisation_id
    and fetched.attachment_id = files.attachment_id
