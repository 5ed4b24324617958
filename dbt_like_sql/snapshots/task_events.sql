-- What happens to client tasks, written down once and for all. A build compares the latest event of
-- every task with what people have decided and with what its document says now, and adds what is
-- new: what is on record keeps its number and its contents, whatever is edited or built anew later.
-- Of one build come first new tasks, then decisions of people in their order, who had seen what was
-- published before; then what has happened to the documents.
with

organisations as (
    select organisation_id, synced_at from staging.organisations
),

latest as (
    select *
    from snapshots.task_events
    qualify row_number() over (partition by organisation_id, task_id order by sequence desc) = 1
),

-- Files that are attached to documents; NULL: none.
attached as (
    select
        organisation_id,
        document_id,
        list(attachment_id order by attachment_id) as attachment_ids
    from staging.attachments
    where removed_at is null
    group by organisation_id, document_id
),

created as (
    select
        seen.organisation_id,
        seen.task_id,
        seen.document_type,
        seen.document_id,
        seen.wanted_at as occurred_at,
        coalesce(documents.contents, seen.contents) as contents,
        coalesce(documents.contents_hash, seen.contents_hash) as contents_hash,
        seen.matched_lines,
        seen.valid_from as lines_seen_at,
        attached.attachment_ids
    from intermediate.task_last_seen as seen
    left join intermediate.task_contents as documents
        on documents.organisation_id = seen.organisation_id
        and documents.document_type = seen.document_type
        and documents.document_id = seen.document_id
        and seen.is_on_watched_account
    left join attached
        on attached.organisation_id = seen.organisation_id
        and attached.document_id = seen.document_id
    anti join latest
        on latest.organisation_id = seen.organisation_id
        and latest.task_id = seen.task_id
    where seen.wanted_at is not null
),

tasks as (
    select
        organisation_id,
        task_id,
        document_type,
        document_id,
        closed_reason,
        answer_id,
        answer_state,
        decision,
        decided_hash,
        version,
        document_state,
        contents,
        contents_hash,
        matched_lines,
        lines_seen_at,
        attachment_ids
    from latest

    union all by name

    select
        organisation_id,
        task_id,
        document_type,
        document_id,
        1 as version,
        'live' as document_state,
        contents,
        contents_hash,
        matched_lines,
        lines_seen_at,
        attachment_ids
    from created
),

-- Only a person opens or dismisses again what is closed: to a closed task answers are late news.
-- A dismissal is about what the person saw, a reopening about what the document says now.
decided as (
    select
        tasks.* exclude (closed_reason, answer_id, answer_state, decision, decided_hash),
        decisions.decision_id,
        decisions.event_id,
        case decisions.kind when 'dismissed' then 'closed' else decisions.kind end as event,
        decisions.decided_at as occurred_at,
        decisions.actor,
        nullif(decisions.note, '') as note,
        nullif(
            coalesce(
                last_value(
                    case decisions.kind when 'dismissed' then 'dismissed' when 'reopened' then '' end
                    ignore nulls
                ) over so_far,
                tasks.closed_reason
            ),
            ''
        ) as closed_reason,
        case decisions.kind
            when 'reopened' then 'person'
            when 'sent_back' then 'sent_back'
            when 'conflicted' then 'conflict'
        end as reopened_reason,
        coalesce(
            last_value(decisions.answer_id ignore nulls) over so_far, tasks.answer_id
        ) as answer_id,
        coalesce(
            last_value(
                case when decisions.kind not in ('dismissed', 'reopened') then decisions.kind end
                ignore nulls
            ) over so_far,
            tasks.answer_state
        ) as answer_state,
        coalesce(
            last_value(
                case when decisions.kind in ('dismissed', 'reopened') then decisions.kind end
                ignore nulls
            ) over so_far,
            tasks.decision
        ) as decision,
        coalesce(
            last_value(
                case decisions.kind
                    when 'dismissed' then coalesce(decisions.contents_hash, tasks.contents_hash)
                    when 'reopened' then coalesce(documents.contents_hash, '')
                end
                ignore nulls
            ) over so_far,
            tasks.decided_hash
        ) as decided_hash
    from ops.task_decisions as decisions
    join tasks
        on tasks.organisation_id = decisions.organisation_id
        and tasks.task_id = decisions.task_id
    left join intermediate.task_contents as documents
        on documents.organisation_id = tasks.organisation_id
        and documents.document_type = tasks.document_type
        and documents.document_id = tasks.document_id
    anti join snapshots.task_events as known
        on known.organisation_id = decisions.organisation_id
        and known.event_id = decisions.event_id
    window so_far as (
        partition by decisions.organisation_id, decisions.task_id
        order by decisions.decision_id
    )
),

standing as (
    select *
    from (
        select *, 0 as decision_id from tasks
        union all by name
        select * exclude (event_id, event, occurred_at, actor, note, reopened_reason) from decided
    )
    qualify row_number() over (
        partition by organisation_id, task_id order by decision_id desc
    ) = 1
),

-- A document that is no longer on an account that was ever watched is looked up for its state alone.
compared as (
    select
        standing.* exclude (matched_lines, lines_seen_at),
        documents.contents as contents_now,
        documents.contents_hash as hash_now,
        attached.attachment_ids as attachments_now,
        coalesce(documents.document_state, sources.document_state, 'deleted') as state_now,
        coalesce(documents.xero_type, sources.xero_type) as xero_type,
        intermediate.task_lines_seen(
            standing.matched_lines, standing.lines_seen_at, seen.matched_lines, seen.valid_from
        ) as matched_lines,
        greatest(standing.lines_seen_at, seen.valid_from) as lines_seen_at,
        coalesce(seen.is_on_watched_account, false) as is_asked_about,
        -- A reopening by a person holds as long as the document stays as it was.
        coalesce(
            standing.decision = 'reopened'
            and standing.decided_hash = documents.contents_hash
            and standing.document_state = documents.document_state,
            false
        ) as is_held_open
    from standing
    left join intermediate.task_last_seen as seen
        on seen.organisation_id = standing.organisation_id
        and seen.task_id = standing.task_id
    left join intermediate.task_contents as documents
        on documents.organisation_id = standing.organisation_id
        and documents.document_type = standing.document_type
        and documents.document_id = standing.document_id
    left join intermediate.task_sources as sources
        on sources.organisation_id = standing.organisation_id
        and sources.document_type = standing.document_type
        -- NULL matches nothing: nobody is looked up who is known already.
        and sources.document_id
        = case when documents.document_id is null then standing.document_id end
    left join attached
        on attached.organisation_id = standing.organisation_id
        and attached.document_id = standing.document_id
),

found as (
    select
        *,
        intermediate.task_changes(contents, contents_now) as changes,
        case
            when closed_reason is null and not (is_asked_about or is_held_open) then 'closed'
            when closed_reason is null and (
                hash_now <> contents_hash or attachments_now is distinct from attachment_ids
            ) then 'updated'
            when is_asked_about and closed_reason is not null and (
                closed_reason <> 'dismissed' or hash_now <> decided_hash
            ) then 'reopened'
        end as event
    from compared
),

lines_left as (
    select organisation_id, task_id, xero_type, unnest(matched_lines).account_id as account_id
    from found
    where event = 'closed'
),

-- Tasks whose account is still watched: the document has left it, not the other way round.
recoded as (
    select distinct lines_left.organisation_id, lines_left.task_id
    from lines_left
    join intermediate.task_accounts as watched
        on watched.organisation_id = lines_left.organisation_id
        and watched.account_id = lines_left.account_id
        and intermediate.task_type_is_watched(watched.document_types, lines_left.xero_type)
),

happened as (
    select
        found.organisation_id,
        found.task_id,
        found.document_type,
        found.document_id,
        found.event,
        organisations.synced_at as occurred_at,
        case
            when found.event <> 'closed' then null
            when found.state_now <> 'live' then found.state_now
            when recoded.task_id is null then 'account_unmonitored'
            else 'recoded'
        end as closed_reason,
        case
            when found.event <> 'reopened' then null
            when found.closed_reason = 'dismissed' then 'changed_after_dismissal'
            else 'back_on_account'
        end as reopened_reason,
        found.answer_id,
        found.answer_state,
        case when found.event = 'updated' and found.hash_now = found.decided_hash
            then found.decision end as decision,
        case when found.event = 'updated' and found.hash_now = found.decided_hash
            then found.decided_hash end as decided_hash,
        found.version + (found.event <> 'closed' and len(found.changes) > 0)::integer as version,
        case
            when found.event = 'closed' then []
            when found.attachments_now is distinct from found.attachment_ids
                then list_append(found.changes, 'attachments')
            else found.changes
        end as changed_fields,
        found.state_now as document_state,
        case when found.event = 'closed' then found.contents else found.contents_now end
            as contents,
        case when found.event = 'closed' then found.contents_hash else found.hash_now end
            as contents_hash,
        found.matched_lines,
        found.lines_seen_at,
        case when found.event = 'closed' then found.attachment_ids else found.attachments_now end
            as attachment_ids
    from found
    join organisations
        on organisations.organisation_id = found.organisation_id
    left join recoded
        on recoded.organisation_id = found.organisation_id
        and recoded.task_id = found.task_id
    where found.event is not null
),

events as (
    select *, 1 as moment, 'created' as event, 1 as version, 'live' as document_state from created
    union all by name
    select *, 2 as moment from decided
    union all by name
    select *, 3 as moment from happened
),

numbers as (
    select organisation_id, max(sequence) as sequence
    from snapshots.task_events
    group by organisation_id
),

numbered as (
    select
        events.*,
        coalesce(numbers.sequence, 0) + row_number() over (
            partition by events.organisation_id
            order by events.moment, events.decision_id, events.occurred_at, events.task_id
        ) as sequence
    from events
    left join numbers
        on numbers.organisation_id = events.organisation_id
)

select
    organisation_id,
    sequence,
    coalesce(event_id, md5(concat_ws('|', organisation_id, task_id, sequence, event))::uuid)
        as event_id,
    task_id,
    document_type,
    document_id,
    event,
    occurred_at,
    actor,
    note,
    answer_id,
    answer_state,
    case
        when closed_reason is not null then 'closed'
        when answer_state in ('submitted', 'approved') then 'submitted'
        else 'open'
    end as state,
    closed_reason,
    case when closed_reason is null then reopened_reason end as reopened_reason,
    version,
    coalesce(changed_fields, []) as changed_fields,
    decision,
    decided_hash,
    document_state,
    contents,
    contents_hash,
    matched_lines,
    lines_seen_at,
    attachment_ids
from numbered
