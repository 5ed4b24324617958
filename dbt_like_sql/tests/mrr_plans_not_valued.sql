-- A live plan that today's MRR leaves out because it cannot be valued: a currency in which nothing
-- has been invoiced yet, or a schedule that is neither weekly nor monthly.
with

live as (
    select organisation_id, template_id, contact_id, currency_code, price
    from intermediate.recurring_templates
    where is_live
),

valued as (
    select plans.organisation_id, plans.template_id
    from intermediate.recurring_plan_months as plans
    join intermediate.mrr_months as months
        on months.organisation_id = plans.organisation_id
        and months.month = plans.month
    where months.is_current
        and plans.mrr_base is not null
)

select live.organisation_id, live.template_id, live.contact_id, live.currency_code, live.price
from live
anti join valued
    using (organisation_id, template_id)
