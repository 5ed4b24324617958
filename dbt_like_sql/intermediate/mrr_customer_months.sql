-- A customer's MRR at the end of a month, from all its plans or from the user's own decision.
with

plan_months as (
    select
        organisation_id, contact_id, month, source, confidence, mrr_base, mrr_base_at_next_rate
    from intermediate.recurring_plan_months
    where mrr_base <> 0
),

decisions as (
    select organisation_id, contact_id, month, mrr_base
    from intermediate.mrr_override_months
),

rows_that_count as (
    select plan_months.*
    from plan_months
    anti join decisions
        using (organisation_id, contact_id, month)
    union all
    select
        organisation_id,
        contact_id,
        month,
        'override' as source,
        1.00::decimal(3, 2) as confidence,
        mrr_base,
        -- A decision is made in base currency: no exchange rate touches it.
        mrr_base as mrr_base_at_next_rate
    from decisions
)

select
    organisation_id,
    month,
    contact_id,
    sum(mrr_base)::decimal(18, 2) as mrr_base,
    sum(mrr_base_at_next_rate)::decimal(18, 2) as mrr_base_at_next_rate,
    -- The least sure of several plans names the row.
    min_by(source, (confidence, source)) as source,
    min(confidence) as confidence
from rows_that_count
group by organisation_id, month, contact_id
having sum(mrr_base) > 0
