-- One row per option of a tracking category.
with

unnested as (
    select *, unnest(options) as option from raw.tracking_categories
)

select
    organisation_id,
    tracking_category_id,
    name as category_name,
    status as category_status,
    option.tracking_option_id as tracking_option_id,
    option.name as option_name,
    option.status as option_status,
    _first_seen_at as first_seen_at,
    _synced_at as synced_at,
    _removed_at as removed_at,
    _removed_at is not null as is_removed
from unnested
