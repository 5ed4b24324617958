-- Customers whose MRR the user decided are left out on both sides.
with

plans as (
    select organisation_id, month, contact_id, sum(mrr_base) as mrr_base
    from marts.mrr_plans
    where not is_overridden
    group by organisation_id, month, contact_id
    having sum(mrr_base) > 0
),

customers as (
    select organisation_id, month, contact_id, mrr_base
    from marts.mrr_customers
    where source <> 'override'
)

select
    organisation_id,
    month,
    contact_id,
    plans.mrr_base as expected,
    customers.mrr_base as actual,
    coalesce(customers.mrr_base, 0) - coalesce(plans.mrr_base, 0) as variance
from plans
full join customers
    using (organisation_id, month, contact_id)
where plans.mrr_base is distinct from customers.mrr_base
