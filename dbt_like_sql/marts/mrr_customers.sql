-- Monthly recurring revenue by customer and month.
select
    organisation_id,
    month,
    contact_id,
    contact_name,
    mrr_base,
    source,
    confidence
from intermediate.mrr_by_customer
