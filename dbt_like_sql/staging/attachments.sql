-- One row per file that hangs, or hung, on a document of a client task.
select
    organisation_id,
    endpoint,
    document_id,
    attachment_id,
    file_name,
    mime_type,
    content_length,
    _first_seen_at as first_seen_at,
    _synced_at as synced_at,
    _removed_at as removed_at
from raw.attachments
