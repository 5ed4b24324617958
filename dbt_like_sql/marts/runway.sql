-- How long the cash lasts, on six bases side by side: their spread is the answer.
select
    organisation_id,
    as_of_date,
    basis,
    is_default,
    state,
    cash_base,
    credit_card_debt_base,
    net_burn_base,
    net_burn_without_tax_base,
    gross_burn_base,
    runway_months,
    runway_date,
    band,
    months_needed,
    months_found,
    first_month,
    last_month
from intermediate.runways
