select
    organisation_id,
    month,
    closing as expected,
    opening + new + reactivation + expansion + fx - contraction - churn as actual,
    closing - (opening + new + reactivation + expansion + fx - contraction - churn) as variance
from marts.mrr_monthly
where closing <> opening + new + reactivation + expansion + fx - contraction - churn
