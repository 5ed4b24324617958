-- One row per currency that the organisation uses.
select
    organisation_id,
    code as currency_code,
    description,
    _first_seen_at as first_seen_at,
    _synced_at as synced_at,
    _removed_at as removed_at,
    _removed_at is not null as is_removed
from raw.currencies
