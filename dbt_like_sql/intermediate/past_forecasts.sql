-- The forecasts that could have been made at past month ends, 30, 60 and 90 days ahead: the rules of
-- intermediate.cash_forecast_days, from nothing that is dated later than the month end.
with

month_ends as (
    select organisation_id, as_of_date, month from intermediate.forecast_month_ends
),

horizons as (
    select unnest([30, 60, 90])::integer as horizon_days
),

contact_months as (
    select
        organisation_id,
        canonical_contact_id as contact_id,
        date_trunc('month', document_date)::date as month,
        sum(sign * total_base) as revenue_base
    from intermediate.documents
    where ledger = 'receivable' and is_live and document_type in ('invoice', 'credit_note')
    group by all
),

contact_revenue as (
    select
        month_ends.organisation_id,
        month_ends.as_of_date,
        contact_months.contact_id,
        sum(contact_months.revenue_base) as revenue_base
    from month_ends
    join contact_months
        on contact_months.organisation_id = month_ends.organisation_id
        and contact_months.month > month_ends.month - interval 12 months
        and contact_months.month <= month_ends.month
    group by all
),

largest_clients as (
    select
        organisation_id,
        as_of_date,
        arg_max(contact_id, (revenue_base, contact_id)) as contact_id
    from contact_revenue
    where revenue_base > 0
    group by organisation_id, as_of_date
),

expected as (
    select * from intermediate.past_expected_documents
    union all by name
    select * from intermediate.past_scheduled_documents
),

amounts as (
    select
        expected.organisation_id,
        expected.as_of_date,
        expected.kind,
        expected.day,
        (expected.amount_base * expected.probability)::decimal(28, 6) as amount_base,
        expected.probability >= 0.75 as is_likely,
        largest_clients.contact_id is not null as is_of_largest_client
    from expected
    left join largest_clients
        on largest_clients.organisation_id = expected.organisation_id
        and largest_clients.as_of_date = expected.as_of_date
        and largest_clients.contact_id = expected.contact_id
),

sums as (
    select
        amounts.organisation_id,
        amounts.as_of_date,
        horizons.horizon_days,
        sum(amount_base) filter (where amounts.day <= amounts.as_of_date + horizon_days) as base,
        sum(amount_base) filter (
            where is_likely and amounts.day <= amounts.as_of_date + horizon_days
        ) as likely_receivables,
        sum(amount_base) filter (
            where amounts.as_of_date + horizon_days >= amounts.day + case
                when is_of_largest_client and kind in ('receivable', 'scheduled_in') then 30
                else 0
            end
        ) as largest_client_late,
        sum(amount_base) filter (
            where amounts.day <= amounts.as_of_date + horizon_days
                and not (is_of_largest_client and kind = 'scheduled_in')
        ) as largest_client_leaves
    from amounts
    cross join horizons
    group by all
),

scenarios as (
    from (
        values
            ('base'), ('likely_receivables'), ('largest_client_late'), ('largest_client_leaves')
    ) as scenarios (scenario)
)

select
    month_ends.organisation_id,
    month_ends.as_of_date,
    scenarios.scenario,
    horizons.horizon_days,
    (
        days.cash_base
        + coalesce(
            case scenarios.scenario
                when 'base' then sums.base
                when 'likely_receivables' then sums.likely_receivables
                when 'largest_client_late' then sums.largest_client_late
                when 'largest_client_leaves' then sums.largest_client_leaves
            end,
            0
        )
        - intermediate.burn_over_days(burn.unannounced_burn_3_months_base, horizons.horizon_days)
    )::decimal(18, 2) as closing_base
from month_ends
cross join horizons
cross join scenarios
join intermediate.past_burn as burn
    on burn.organisation_id = month_ends.organisation_id
    and burn.month = month_ends.month
asof join intermediate.cash_days as days
    on days.organisation_id = month_ends.organisation_id
    and days.day <= month_ends.as_of_date
left join sums
    on sums.organisation_id = month_ends.organisation_id
    and sums.as_of_date = month_ends.as_of_date
    and sums.horizon_days = horizons.horizon_days
