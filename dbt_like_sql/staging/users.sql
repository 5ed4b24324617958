-- One row per user of the organisation.
select
    organisation_id,
    user_id,
    email_address,
    first_name,
    last_name,
    organisation_role,
    coalesce(is_subscriber, false) as is_subscriber,
    updated_date_utc,
    _first_seen_at as first_seen_at,
    _synced_at as synced_at,
    _removed_at as removed_at,
    _removed_at is not null as is_removed
from raw.users
