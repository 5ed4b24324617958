with

-- Spans follow each other without a gap while the document stays on a watched account.
history as (
    select
        *,
        document_state = 'live' as is_open,
        coalesce(lag(document_state = 'live') over task, false) as was_open,
        lag(valid_to) over task is not distinct from valid_from as is_adjacent,
        lead(valid_from) over task as next_valid_from
    from marts.client_task_history
    window task as (partition by organisation_id, task_id order by step)
),

-- What happened when a span began.
beginnings as (
    select
        organisation_id,
        task_id,
        document_type,
        document_id,
        step,
        1 as moment,
        valid_from as occurred_at,
        case
            when step = 1 then 'created'
            when is_open and not (was_open and is_adjacent) then 'reopened'
            when is_open and len(changed_fields) > 0 then 'updated'
            when not is_open and was_open and is_adjacent then 'closed'
        end as event,
        version,
        changed_fields,
        case when not is_open then document_state end as closed_reason
    from history
),

-- An open span that nothing follows at once: the document left the watched accounts, or they it.
departures as (
    select *
    from history
    where is_open
        and valid_to is not null
        and next_valid_from is distinct from valid_to
),

departed_accounts as (
    select
        organisation_id,
        task_id,
        document_type,
        document_id,
        step,
        valid_to,
        unnest(matched_lines).account_id as account_id
    from departures
),

still_watched as (
    select distinct departed.organisation_id, departed.task_id, departed.step
    from departed_accounts as departed
    join intermediate.task_sources as sources
        on sources.organisation_id = departed.organisation_id
        and sources.document_type = departed.document_type
        and sources.document_id = departed.document_id
    join snapshots.task_accounts as watched
        on watched.organisation_id = departed.organisation_id
        and watched.account_id = departed.account_id
        and watched.valid_from <= departed.valid_to
        and coalesce(watched.valid_to > departed.valid_to, true)
    where watched.document_types is null
        or list_contains(watched.document_types, sources.xero_type)
),

endings as (
    select
        departures.organisation_id,
        departures.task_id,
        departures.document_type,
        departures.document_id,
        departures.step,
        2 as moment,
        departures.valid_to as occurred_at,
        'closed' as event,
        departures.version,
        [] as changed_fields,
        case when still_watched.step is null then 'account_unmonitored' else 'recoded' end
            as closed_reason
    from departures
    left join still_watched
        on still_watched.organisation_id = departures.organisation_id
        and still_watched.task_id = departures.task_id
        and still_watched.step = departures.step
),

events as (
    select * from beginnings where event is not null
    union all
    select * from endings
)

select
    organisation_id,
    row_number() over (
        partition by organisation_id
        order by occurred_at, task_id, step, moment
    ) as sequence,
    task_id,
    document_type,
    document_id,
    event,
    occurred_at,
    version,
    changed_fields,
    closed_reason
from events
