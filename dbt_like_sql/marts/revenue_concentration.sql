-- How much of the revenue hangs on few clients, now and a month before.
with

months as (
    select
        organisation_id,
        is_current,
        month,
        measured_on
    from intermediate.mrr_months
    qualify month >= max(month) over (partition by organisation_id) - interval 1 month
),

organisations as (
    select organisation_id, as_of_date, (as_of_date - interval 1 month)::date as month_ago
    from staging.organisations
),

amounts as (
    select
        months.organisation_id,
        'mrr' as basis,
        months.is_current as is_now,
        months.measured_on,
        customers.contact_id,
        customers.contact_name,
        customers.mrr_base as amount_base
    from months
    join intermediate.mrr_by_customer as customers
        on customers.organisation_id = months.organisation_id
        and customers.month = months.month

    union all

    select
        revenue.organisation_id,
        'invoiced',
        true,
        organisations.as_of_date,
        revenue.contact_id,
        revenue.contact_name,
        revenue.revenue_base
    from intermediate.client_revenue as revenue
    join organisations
        on organisations.organisation_id = revenue.organisation_id

    union all

    select
        revenue.organisation_id,
        'invoiced',
        false,
        organisations.month_ago,
        revenue.contact_id,
        revenue.contact_name,
        revenue.revenue_base_month_ago
    from intermediate.client_revenue as revenue
    join organisations
        on organisations.organisation_id = revenue.organisation_id
),

-- Whose credits exceed the invoices has no part in the revenue.
ranked as (
    select
        *,
        row_number() over (
            partition by organisation_id, basis, is_now
            order by amount_base desc, contact_id
        ) as position
    from amounts
    where amount_base > 0
),

sums as (
    select
        organisation_id,
        basis,
        is_now,
        any_value(measured_on) as measured_on,
        count(*) as customers,
        sum(amount_base) as total,
        any_value(contact_id) filter (where position = 1) as largest_contact_id,
        any_value(contact_name) filter (where position = 1) as largest_contact_name,
        sum(amount_base) filter (where position = 1) as largest,
        sum(amount_base) filter (where position <= 5) as top_5,
        sum(amount_base) filter (where position <= 10) as top_10,
        sum(amount_base * amount_base) as squares
    from ranked
    group by organisation_id, basis, is_now
),

shares as (
    select
        organisation_id,
        basis,
        is_now,
        measured_on,
        customers,
        total::decimal(18, 2) as total_base,
        largest_contact_id,
        largest_contact_name,
        intermediate.recurring_ratio(largest, total) as largest_share,
        intermediate.recurring_ratio(top_5, total) as top_5_share,
        intermediate.recurring_ratio(top_10, total) as top_10_share,
        round(squares::double / (total::double * total::double), 4)::decimal(18, 4) as herfindahl
    from sums
),

-- A basis stays listed for a month after its last client, with nothing now.
listed as (
    select distinct organisation_id, basis from shares
)

select
    listed.organisation_id,
    listed.basis,
    organisations.as_of_date,
    coalesce(now.customers, 0) as customers,
    coalesce(now.total_base, 0)::decimal(18, 2) as total_base,
    now.largest_contact_id,
    now.largest_contact_name,
    now.largest_share,
    now.top_5_share,
    now.top_10_share,
    now.herfindahl,
    before.measured_on as previous_as_of_date,
    coalesce(before.customers, 0) as previous_customers,
    coalesce(before.total_base, 0)::decimal(18, 2) as previous_total_base,
    before.largest_contact_id as previous_largest_contact_id,
    before.largest_contact_name as previous_largest_contact_name,
    before.largest_share as previous_largest_share,
    before.top_5_share as previous_top_5_share,
    before.top_10_share as previous_top_10_share,
    before.herfindahl as previous_herfindahl
from listed
join organisations
    on organisations.organisation_id = listed.organisation_id
left join shares as now
    on now.organisation_id = listed.organisation_id
    and now.basis = listed.basis
    and now.is_now
left join shares as before
    on before.organisation_id = listed.organisation_id
    and before.basis = listed.basis
    and not before.is_now
