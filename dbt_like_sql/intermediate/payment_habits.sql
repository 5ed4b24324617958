-- How each contact has paid so far: days sales outstanding, days beyond terms, trend, worst age.
with

outcomes as (
    select * from intermediate.invoice_outcomes
),

receivables as (
    select
        organisation_id,
        contact_id,
        count(*) filter (where is_open) as open_invoices,
        sum(outstanding_base) as outstanding_base,
        sum(outstanding_base) filter (where days_past_due <= 0) as not_yet_due_base,
        sum(outstanding_base) filter (where days_past_due > 0) as overdue_base,
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
        sum(
            settlements.cleared_base * (settlements.settlement_date - outcomes.due_date)
        )::double / nullif(sum(settlements.cleared_base), 0) as days
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
),

trends as (
    select
        organisation_id,
        contact_id,
        avg(delay_days) filter (where position <= 6)
        - avg(delay_days) filter (where position between 7 and 12) as days
    from latest_settled
    group by organisation_id, contact_id
    having count(*) >= 12
)

select
    receivables.organisation_id,
    receivables.contact_id,
    receivables.open_invoices,
    coalesce(receivables.outstanding_base, 0)::decimal(18, 2) as outstanding_base,
    coalesce(receivables.overdue_base, 0)::decimal(18, 2) as overdue_base,
    greatest(receivables.worst_age, 0) as worst_age,
    round(365 * receivables.outstanding_base::double / nullif(receivables.sales_base, 0), 1)
        as dso,
    round(
        365 * coalesce(receivables.not_yet_due_base, 0)::double
        / nullif(receivables.sales_base, 0),
        1
    ) as bpdso,
    round(
        365 * coalesce(receivables.overdue_base, 0)::double / nullif(receivables.sales_base, 0), 1
    ) as average_days_delinquent,
    round(beyond_terms.days, 1) as days_beyond_terms,
    round(trends.days, 1) as trend_days,
    round(
        receivables.outstanding_base::double
        / nullif(sum(receivables.outstanding_base) over (
            partition by receivables.organisation_id
        ), 0),
        4
    )::decimal(9, 4) as share_of_receivables
from receivables
left join beyond_terms
    on beyond_terms.organisation_id = receivables.organisation_id
    and beyond_terms.contact_id = receivables.contact_id
left join trends
    on trends.organisation_id = receivables.organisation_id
    and trends.contact_id = receivables.contact_id
