-- One row per product or service.
select
    organisation_id,
    item_id,
    code,
    name,
    description,
    coalesce(is_sold, false) as is_sold,
    coalesce(is_purchased, false) as is_purchased,
    sales_details.unit_price as sales_unit_price,
    sales_details.account_code as sales_account_code,
    purchase_details.unit_price as purchase_unit_price,
    purchase_details.account_code as purchase_account_code,
    updated_date_utc,
    _first_seen_at as first_seen_at,
    _synced_at as synced_at,
    _removed_at as removed_at,
    _removed_at is not null as is_removed
from raw.items
