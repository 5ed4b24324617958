-- What moved each customer's monthly recurring revenue, month by month.
select
    organisation_id,
    month,
    contact_id,
    contact_name,
    movement,
    amount_base
from intermediate.mrr_changes
