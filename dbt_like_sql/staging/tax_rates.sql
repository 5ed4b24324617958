-- One row per tax rate.
select
    organisation_id,
    tax_type,
    name,
    status,
    display_tax_rate,
    effective_rate,
    _first_seen_at as first_seen_at,
    _synced_at as synced_at,
    _removed_at as removed_at,
    _removed_at is not null as is_removed
from raw.tax_rates
