-- The lines of a task that were seen later: those of its latest event, or those of the document's
-- history, which forgets a version that was built again from the same sync and did not last.
create or replace macro intermediate.task_lines_seen(
    on_record, recorded_at, in_history, seen_at
) as
    case when coalesce(seen_at >= recorded_at, false) then in_history else on_record end
