-- What deserves attention in the organisation, one figure a row, so that signals from other
-- systems can be put under them.
with

thresholds as (
    select
        signal,
        better,
        try_cast(amber as decimal(18, 4)) as amber,
        try_cast(red as decimal(18, 4)) as red,
        unit
    from seeds.signal_thresholds
),

runway as (
    select
        organisation_id,
        as_of_date,
        'runway_months' as signal,
        runway_months as value,
        null::decimal(18, 4) as previous_value,
        case state
            when 'cash_generative'
                then 'More money comes in than goes out: cash is growing.'
            when 'insufficient_history'
                then 'The books do not reach back three complete months yet.'
            else 'At the burn of the last three months the cash lasts '
                || runway_months || ' months.'
        end as sentence,
        []::uuid[] as documents
    from marts.runway
    where is_default
),

ranked_clients as (
    select
        organisation_id,
        contact_name,
        revenue_base,
        sum(revenue_base) over (partition by organisation_id) as total_base,
        max(revenue_base_month_ago) over (partition by organisation_id) as largest_before,
        sum(revenue_base_month_ago) over (partition by organisation_id) as total_before,
        largest_documents,
        row_number() over (
            partition by organisation_id order by revenue_base desc, contact_id
        ) as position
    from intermediate.client_revenue
),

largest_client as (
    select
        organisations.organisation_id,
        organisations.as_of_date,
        'largest_client_share' as signal,
        round(clients.revenue_base / nullif(clients.total_base, 0), 4) as value,
        round(clients.largest_before / nullif(clients.total_before, 0), 4) as previous_value,
        clients.contact_name || ' stands for '
            || round(100 * clients.revenue_base / nullif(clients.total_base, 0))::integer
            || ' % of what was invoiced in the last 365 days.' as sentence,
        coalesce(clients.largest_documents, []::uuid[]) as documents
    from ranked_clients as clients
    join staging.organisations as organisations
        on organisations.organisation_id = clients.organisation_id
    where clients.position = 1 and clients.revenue_base > 0
),

signals as (
    select * from intermediate.receivables_signals
    union all by name
    select * from runway
    union all by name
    select * from intermediate.mrr_signals
    union all by name
    select * from largest_client
),

banded as (
    select
        signals.*,
        thresholds.unit,
        thresholds.amber,
        thresholds.red,
        -- Without a figure there is nothing to compare, except that growing cash is good news.
        case
            when signals.signal = 'runway_months' and runways.state = 'cash_generative'
                then 'green'
            else intermediate.signal_band(
                signals.value, thresholds.better, thresholds.amber, thresholds.red
            )
        end as band
    from signals
    left join thresholds
        on thresholds.signal = signals.signal
    left join marts.runway as runways
        on runways.organisation_id = signals.organisation_id
        and runways.is_default
)

select
    organisation_id,
    signal,
    as_of_date,
    value::decimal(18, 4) as value,
    unit,
    previous_value::decimal(18, 4) as previous_value,
    band,
    case band when 'red' then red else amber end as threshold,
    sentence,
    documents
from banded
