-- One row per manual journal, in every status.
select
    organisation_id,
    manual_journal_id,
    narration,
    "date" as journal_date,
    status,
    line_amount_types,
    url,
    coalesce(has_attachments, false) as has_attachments,
    updated_date_utc,
    _first_seen_at as first_seen_at,
    _synced_at as synced_at,
    _removed_at as removed_at,
    _removed_at is not null as is_removed
from raw.manual_journals
