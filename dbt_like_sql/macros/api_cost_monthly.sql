-- What reading from Xero costs, one row per month (UTC), over all organisations. A table function
-- and no table: it changes with every sync, also for organisations whose books have not changed.
create or replace macro marts.api_cost_monthly() as table
with

days as (
    select
        date_trunc('month', day)::date as month,
        day,
        tier,
        calls,
        wire_bytes,
        if(endpoint = 'organisation', 0, body_bytes) as billed_bytes
    from ops.api_usage
),

months as (
    select
        month,
        arg_max(tier, day) as tier,
        min(day) as first_day,
        least((select max(day) from days), last_day(month)) as as_of_date,
        sum(calls)::bigint as calls,
        sum(wire_bytes)::bigint as wire_bytes,
        sum(billed_bytes)::bigint as billed_bytes
    from days
    group by month
),

forecast as (
    select
        *,
        (
            billed_bytes::decimal(38, 9)
            * (last_day(month) - first_day + 1)
            / nullif(as_of_date - first_day + 1, 0)
        )::bigint as forecast_bytes
    from months
),

priced as (
    select
        forecast.*,
        tiers.connections as connections_allowed,
        tiers.overage_aud_a_gib,
        (tiers.included_gib_a_month * 1024 * 1024 * 1024)::bigint as included_bytes
    from forecast
    left join seeds.xero_tiers as tiers on tiers.tier = forecast.tier
)

select
    month,
    as_of_date,
    tier,
    calls,
    wire_bytes,
    billed_bytes,
    included_bytes,
    round(billed_bytes / nullif(included_bytes, 0), 4)::decimal(18, 4) as share_used,
    forecast_bytes,
    round(forecast_bytes / nullif(included_bytes, 0), 4)::decimal(18, 4) as forecast_share,
    marts.api_overage_aud(billed_bytes, included_bytes, overage_aud_a_gib) as cost_aud,
    marts.api_overage_aud(forecast_bytes, included_bytes, overage_aud_a_gib) as forecast_cost_aud,
    (select count(*) from ops.connections where status is distinct from 'removed') as connections,
    connections_allowed
from priced
order by month
