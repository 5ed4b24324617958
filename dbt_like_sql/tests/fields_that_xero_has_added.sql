-- Kept in _extras of the raw table. One that no answer has brought for a month has become a column,
-- or Xero has taken it back.
select unknown_fields.*
from ops.unknown_fields as unknown_fields
join staging.organisations as organisations
    on organisations.organisation_id = unknown_fields.organisation_id
where unknown_fields.last_seen_at >= organisations.synced_at - interval 30 days
