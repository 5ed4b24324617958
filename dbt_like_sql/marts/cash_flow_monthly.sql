-- Cash flow by month over all bank accounts and credit cards together.
select
    organisation_id,
    month,
    as_of_date,
    is_complete,
    opening_base,
    inflow_base,
    outflow_base,
    tax_in_base,
    tax_out_base,
    financing_in_base,
    financing_out_base,
    one_off_base,
    transfers_base,
    revaluation_base,
    closing_base,
    cash_base,
    credit_card_debt_base,
    gross_burn_base,
    net_burn_base,
    net_burn_without_tax_base
from intermediate.cash_months
