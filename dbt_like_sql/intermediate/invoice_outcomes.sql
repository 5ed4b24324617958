-- How each sales invoice went, as far as the as-of date knows.
select
    organisation_id,
    as_of_date,
    document_id,
    document_number,
    contact_id,
    document_date,
    due_date,
    expected_payment_date,
    total_base,
    outstanding,
    outstanding_base,
    is_open,
    days_past_due,
    settled_date,
    delay_days,
    is_late,
    is_over_30,
    is_over_60,
    age_days,
    weight
from intermediate.invoice_outcomes_as_of(0)
