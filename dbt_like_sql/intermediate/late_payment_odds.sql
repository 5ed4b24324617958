-- How likely a contact's next invoice is to be paid late, as of the as-of date.
select
    organisation_id,
    contact_id,
    decided_invoices,
    on_time_invoices,
    p_late,
    p_over_30,
    p_over_60
from intermediate.late_payment_odds_as_of(0)
