-- Each organisation's share of what reading from Xero costs, one row per month (UTC) and
-- organisation.
create or replace macro marts.api_cost_by_organisation() as table
with

organisation_days as (
    select
        date_trunc('month', day)::date as month,
        day,
        organisation_id,
        sum(calls) as calls,
        sum(wire_bytes) as wire_bytes,
        sum(if(endpoint = 'organisation', 0, body_bytes)) as billed_bytes
    from ops.api_usage
    group by all
),

organisation_months as (
    select
        month,
        organisation_id,
        sum(calls)::bigint as calls,
        max(calls)::bigint as busiest_day_calls,
        sum(wire_bytes)::bigint as wire_bytes,
        sum(billed_bytes)::bigint as billed_bytes
    from organisation_days
    group by all
),

shares as (
    select
        used.*,
        round(used.billed_bytes / nullif(app.billed_bytes, 0), 6)::decimal(18, 6)
            as share_of_bytes,
        app.cost_aud as app_cost_aud,
        app.forecast_cost_aud as app_forecast_cost_aud
    from organisation_months as used
    join marts.api_cost_monthly() as app on app.month = used.month
)

select
    shares.month,
    shares.organisation_id,
    connections.organisation_name,
    shares.calls,
    shares.busiest_day_calls,
    shares.wire_bytes,
    shares.billed_bytes,
    shares.share_of_bytes,
    round(shares.app_cost_aud * shares.share_of_bytes, 2)::decimal(18, 2) as cost_aud,
    round(shares.app_forecast_cost_aud * shares.share_of_bytes, 2)::decimal(18, 2)
        as forecast_cost_aud
from shares
left join ops.connections as connections
    on connections.organisation_id = shares.organisation_id
order by shares.month, shares.billed_bytes desc, shares.organisation_id
