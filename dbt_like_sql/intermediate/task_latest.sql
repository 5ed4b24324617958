-- How each task stands: its latest event, with the lines that were on watched accounts when the
-- document was last seen there, and with what the document is in Xero now. Another account that is
-- watched since adds lines without an event.
with

latest as (
    select *
    from snapshots.task_events
    qualify row_number() over (partition by organisation_id, task_id order by sequence desc) = 1
)

select
    latest.* exclude (matched_lines),
    intermediate.task_lines_seen(
        latest.matched_lines, latest.lines_seen_at, seen.matched_lines, seen.valid_from
    ) as matched_lines,
    coalesce(seen.is_on_watched_account, false) as is_on_watched_account,
    sources.endpoint,
    sources.xero_type,
    sources.status as document_status,
    sources.document_state as document_state_now,
    sources.side,
    sources.base_rate,
    sources.is_reconciled,
    sources.bank_account_id,
    sources.is_allocated,
    sources.is_period_locked,
    sources.has_attachments
from latest
left join intermediate.task_last_seen as seen
    on seen.organisation_id = latest.organisation_id
    and seen.task_id = latest.task_id
left join intermediate.task_sources as sources
    on sources.organisation_id = latest.organisation_id
    and sources.document_type = latest.document_type
    and sources.document_id = latest.document_id
