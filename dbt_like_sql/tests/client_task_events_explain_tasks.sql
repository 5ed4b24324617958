-- A task that does not stand as its events leave it, or whose events do not begin with its making.
with

replayed as (
    select
        organisation_id,
        task_id,
        arg_min(event, sequence) as first_event,
        arg_max(state, sequence) as state,
        arg_max({'reason': closed_reason}, sequence).reason as closed_reason,
        1 + count(*) filter (
            where len(list_filter(changed_fields, lambda field: field <> 'attachments')) > 0
        ) as version
    from marts.client_task_events
    group by organisation_id, task_id
),

tasks as (
    select organisation_id, task_id, state, closed_reason, version from marts.client_tasks
)

select
    organisation_id,
    task_id,
    concat_ws(' ', replayed.state, replayed.closed_reason, replayed.version) as expected,
    concat_ws(' ', tasks.state, tasks.closed_reason, tasks.version) as actual
from replayed
full join tasks
    using (organisation_id, task_id)
where (replayed.state, replayed.closed_reason, replayed.version)
    is distinct from (tasks.state, tasks.closed_reason, tasks.version)
    or replayed.first_event is distinct from 'created'
