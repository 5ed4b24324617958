-- Monthly recurring revenue by month, with its movements and rates.
select
    organisation_id,
    month,
    is_complete,
    opening,
    new,
    reactivation,
    expansion,
    fx,
    contraction,
    churn,
    closing,
    customers,
    arpa,
    nrr,
    grr,
    quick_ratio,
    arr,
    recurring_variable_base
from intermediate.mrr_by_month
