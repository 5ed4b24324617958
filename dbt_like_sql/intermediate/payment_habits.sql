-- How each contact has paid so far, as of the as-of date.
select
    organisation_id,
    contact_id,
    open_invoices,
    outstanding_base,
    overdue_base,
    worst_age,
    dso,
    bpdso,
    average_days_delinquent,
    days_beyond_terms,
    trend_days,
    share_of_receivables
from intermediate.payment_habits_as_of(0)
