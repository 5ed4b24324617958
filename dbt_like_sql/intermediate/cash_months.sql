-- Cash flow by month over all bank accounts and credit cards together: spending on a card is an
-- outflow when it is spent, and paying the card is a transfer between two of our own accounts.
-- opening + inflow - outflow + financing in - financing out + one_off + transfers + revaluation
-- = closing.
with

balances as (
    select
        organisation_id,
        month,
        max(as_of_date) as as_of_date,
        sum(opening_base) as opening_base,
        sum(revaluation_base) as revaluation_base,
        sum(closing_base) as closing_base,
        sum(closing_base) filter (where not is_credit_card) as cash_base,
        -sum(closing_base) filter (where is_credit_card) as credit_card_debt_base
    from intermediate.cash_account_months
    group by organisation_id, month
),

-- Money is in or out by the direction of the whole transaction: a discount line on a purchase
-- lessens the outflow. Tax is part of operating money.
movements as (
    select
        organisation_id,
        date_trunc('month', movement_date)::date as month,
        sum(amount_base) filter (where is_operating and direction = 'in') as inflow,
        -sum(amount_base) filter (where is_operating and direction = 'out') as outflow,
        sum(amount_base) filter (where category = 'tax' and direction = 'in') as tax_in,
        -sum(amount_base) filter (where category = 'tax' and direction = 'out') as tax_out,
        sum(amount_base) filter (where category = 'financing' and direction = 'in')
            as financing_in,
        -sum(amount_base) filter (where category = 'financing' and direction = 'out')
            as financing_out,
        sum(amount_base) filter (where category = 'one_off') as one_off,
        sum(amount_base) filter (where category = 'transfer') as transfers
    from (
        select *, category in ('operating', 'tax') as is_operating
        from intermediate.cash_movements
    )
    group by all
)

select
    balances.organisation_id,
    balances.month,
    balances.as_of_date,
    balances.as_of_date = last_day(balances.month) as is_complete,
    balances.opening_base::decimal(18, 2) as opening_base,
    coalesce(movements.inflow, 0)::decimal(18, 2) as inflow_base,
    coalesce(movements.outflow, 0)::decimal(18, 2) as outflow_base,
    coalesce(movements.tax_in, 0)::decimal(18, 2) as tax_in_base,
    coalesce(movements.tax_out, 0)::decimal(18, 2) as tax_out_base,
    coalesce(movements.financing_in, 0)::decimal(18, 2) as financing_in_base,
    coalesce(movements.financing_out, 0)::decimal(18, 2) as financing_out_base,
    coalesce(movements.one_off, 0)::decimal(18, 2) as one_off_base,
    coalesce(movements.transfers, 0)::decimal(18, 2) as transfers_base,
    coalesce(balances.revaluation_base, 0)::decimal(18, 2) as revaluation_base,
    balances.closing_base::decimal(18, 2) as closing_base,
    coalesce(balances.cash_base, 0)::decimal(18, 2) as cash_base,
    coalesce(balances.credit_card_debt_base, 0)::decimal(18, 2) as credit_card_debt_base,
    coalesce(movements.outflow, 0)::decimal(18, 2) as gross_burn_base,
    (coalesce(movements.outflow, 0) - coalesce(movements.inflow, 0))::decimal(18, 2)
        as net_burn_base,
    (
        coalesce(movements.outflow, 0) - coalesce(movements.tax_out, 0)
        - coalesce(movements.inflow, 0) + coalesce(movements.tax_in, 0)
    )::decimal(18, 2) as net_burn_without_tax_base
from balances
left join movements
    on movements.organisation_id = balances.organisation_id
    and movements.month = balances.month
