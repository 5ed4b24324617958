-- How much of what was invoiced in the last 365 days hangs on one client: of the organisation for
-- its largest one, and of every client.
with

-- Whose credits exceed the invoices has no part in the sales.
revenue as (
    select
        organisation_id,
        contact_id,
        contact_name,
        greatest(revenue_base, 0) as revenue_base,
        greatest(revenue_base_month_ago, 0) as revenue_before,
        drivers
    from intermediate.client_revenue
),

shares as (
    select
        organisation_id,
        contact_id,
        contact_name,
        revenue_base,
        drivers,
        intermediate.recurring_ratio(revenue_base, sum(revenue_base) over of_all) as share,
        intermediate.recurring_ratio(revenue_before, sum(revenue_before) over of_all)
            as share_before,
        intermediate.recurring_ratio(
            max(revenue_before) over of_all, sum(revenue_before) over of_all
        ) as largest_share_before,
        row_number() over (
            partition by organisation_id order by revenue_base desc, contact_id
        ) as position
    from revenue
    where revenue_base > 0 or revenue_before > 0
    window of_all as (partition by organisation_id)
)

select
    organisation_id,
    null::uuid as contact_id,
    'largest_client_share' as signal,
    share::decimal(18, 4) as value,
    largest_share_before::decimal(18, 4) as previous_value,
    contact_name || ' accounts for ' || intermediate.words_percent(share)
        || ' of what was invoiced in the last 365 days.' as sentence,
    drivers
from shares
where position = 1 and revenue_base > 0
union all
select
    organisation_id,
    contact_id,
    'revenue_share',
    share::decimal(18, 4),
    share_before::decimal(18, 4),
    case
        when revenue_base > 0
            then contact_name || ' accounts for ' || intermediate.words_percent(share)
                || ' of what was invoiced in the last 365 days.'
        else contact_name || ' was not invoiced in the last 365 days.'
    end,
    drivers
from shares
