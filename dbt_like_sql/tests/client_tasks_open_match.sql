-- An open task whose document is not live on a watched account and that no person has reopened, or a
-- document that is wanted now without an open task that no person has dismissed.
with

tasks as (
    select organisation_id, document_type, document_id, state, closed_reason
    from marts.client_tasks
),

-- What a person has reopened may lie elsewhere, as long as that holds.
reopened as (
    select organisation_id, document_type, document_id
    from snapshots.task_events
    qualify row_number() over (partition by organisation_id, task_id order by sequence desc) = 1
        and decision = 'reopened'
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
    coalesce(tasks.state, 'no task') as actual
from tasks
full join live_documents
    using (organisation_id, document_type, document_id)
left join reopened
    using (organisation_id, document_type, document_id)
where (
        tasks.state <> 'closed'
        and live_documents.document_id is null
        and reopened.document_id is null
    )
    or (
        live_documents.is_wanted
        and coalesce(tasks.state, 'closed') = 'closed'
        and coalesce(tasks.closed_reason, '') <> 'dismissed'
    )
