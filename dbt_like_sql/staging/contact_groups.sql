-- One row per contact group.
select
    organisation_id,
    contact_group_id,
    name,
    status,
    _first_seen_at as first_seen_at,
    _synced_at as synced_at,
    _removed_at as removed_at,
    _removed_at is not null as is_removed
from raw.contact_groups
