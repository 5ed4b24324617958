-- How each contact has paid so far: days sales outstanding, days beyond terms, trend, worst age.
-- months_ago: 0 for each organisation's as-of date, 1 for the same day of the month before.
create or replace macro intermediate.payment_habits_as_of(months_ago) as table
with

outcomes as (
    select organisation_id, as_of_date, contact_id, document_id, document_date, due_date,
        total_base, outstanding_base, is_open, days_past_due, settled_date, delay_days
    from intermediate.invoice_outcomes
    where months_ago = 0
    union all
    select organisation_id, as_of_date, contact_id, document_id, document_date, due_date,
        total_base, outstanding_base, is_open, days_past_due, settled_date, delay_days
    from intermediate.invoice_outcomes_a_month_ago
    where months_ago = 1
),

receivables as (
    select
        organisation_id,
        contact_id,
        count(*) filter (where is_open) as open_invoices,
        coalesce(sum(outstanding_base), 0) as outstanding_base,
        coalesce(sum(outstanding_base) filter (where days_past_due <= 0), 0) as not_yet_due_base,
        coalesce(sum(outstanding_base) filter (where days_past_due > 0), 0) as overdue_base,
        max(days_past_due) filter (where is_open) as worst_age,
        sum(total_base) filter (where document_date > as_of_date - 365) as sales_base
    from outcomes
    group by organisation_id, contact_id
),

-- Days beyond terms: every settlement, each on its own day, weighted by its amount.
beyond_terms as (
    select
        outcomes.organisation_id,
        outcomes.contact_id,
        sum(settlements.cleared_base * (settlements.settlement_date - outcomes.due_date))
            as weighted_days,
        sum(settlements.cleared_base) as settled_base
    from intermediate.settlements as settlements
    join outcomes
        on outcomes.organisation_id = settlements.organisation_id
        and outcomes.document_id = settlements.document_id
        and settlements.settlement_date <= outcomes.as_of_date
    group by outcomes.organisation_id, outcomes.contact_id
),

latest_settled as (
    select
        organisation_id,
        contact_id,
        delay_days,
        row_number() over (
            partition by organisation_id, contact_id order by settled_date desc, document_id
        ) as position
    from outcomes
    where delay_days is not null
    qualify position <= 12
),

trends as (
    select
        organisation_id,
        contact_id,
        sum(case when position <= 6 then delay_days else -delay_days end) as days_times_6
    from latest_settled
    group by organisation_id, contact_id
    having count(*) = 12
),

measured as (
    select
        receivables.*,
        beyond_terms.weighted_days,
        beyond_terms.settled_base,
        trends.days_times_6,
        sum(receivables.outstanding_base) over (
            partition by receivables.organisation_id
        ) as organisation_outstanding_base
    from receivables
    left join beyond_terms
        on beyond_terms.organisation_id = receivables.organisation_id
        and beyond_terms.contact_id = receivables.contact_id
    left join trends
        on trends.organisation_id = receivables.organisation_id
        and trends.contact_id = receivables.contact_id
)

select
    organisation_id,
    contact_id,
    open_invoices,
    outstanding_base::decimal(18, 2) as outstanding_base,
    overdue_base::decimal(18, 2) as overdue_base,
    case when open_invoices > 0 then greatest(worst_age, 0) end as worst_age,
    intermediate.ratio_of_money(365 * outstanding_base, sales_base, 10)::decimal(18, 1) as dso,
    intermediate.ratio_of_money(365 * not_yet_due_base, sales_base, 10)::decimal(18, 1) as bpdso,
    (dso - bpdso)::decimal(18, 1) as average_days_delinquent,
    intermediate.ratio_of_money(weighted_days, settled_base, 10)::decimal(18, 1)
        as days_beyond_terms,
    intermediate.ratio_of_money(days_times_6, 6, 10)::decimal(18, 1) as trend_days,
    intermediate.ratio_of_money(outstanding_base, organisation_outstanding_base, 10000)
        ::decimal(9, 4) as share_of_receivables
from measured
