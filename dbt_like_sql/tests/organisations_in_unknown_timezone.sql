-- Their days are counted in UTC. A line in seeds.xero_timezones mends it.
select organisation_id, name, xero_timezone
from staging.organisations
where is_timezone_unknown
