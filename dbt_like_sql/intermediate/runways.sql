-- How long the cash lasts, on six bases side by side: their spread is the answer. A business that
-- takes in at least what it spends has no runway figure, only the state `cash_generative`.
with

cash as (
    select
        organisation_id,
        sum(balance_base) filter (where not is_credit_card) as cash_base,
        -sum(balance_base) filter (where is_credit_card) as credit_card_debt_base
    from intermediate.cash_accounts
    group by organisation_id
),

burn as (
    select * from intermediate.runway_burn
),

states as (
    select
        burn.*,
        coalesce(cash.cash_base, 0)::decimal(18, 2) as cash_base,
        coalesce(cash.credit_card_debt_base, 0)::decimal(18, 2) as credit_card_debt_base,
        case
            when burn.months_found < burn.months_needed then 'insufficient_history'
            when burn.net_burn_base <= 0 then 'cash_generative'
            else 'runway'
        end as state
    from burn
    left join cash
        on cash.organisation_id = burn.organisation_id
),

runways as (
    select
        *,
        case
            when state = 'runway'
                then greatest(
                    intermediate.divide_half_up(
                        (cash_base * 10000)::hugeint, (net_burn_base * 100)::hugeint
                    )::decimal(20, 0) * 0.01,
                    0
                )
        end::decimal(18, 2) as runway_months
    from states
)

select
    organisation_id,
    as_of_date,
    basis,
    basis = '3m' as is_default,
    state,
    cash_base,
    credit_card_debt_base,
    case when state <> 'insufficient_history' then net_burn_base end as net_burn_base,
    case when state <> 'insufficient_history' then net_burn_without_tax_base end
        as net_burn_without_tax_base,
    case when state <> 'insufficient_history' then gross_burn_base end as gross_burn_base,
    runway_months,
    -- A month is 365/12 days here; beyond a century a date says nothing.
    case
        when runway_months <= 1200
            then as_of_date + floor(runway_months * 365 / 12)::integer
    end as runway_date,
    case
        when runway_months > 12 then 'over_12_months'
        when runway_months >= 6 then '6_to_12_months'
        when runway_months is not null then 'under_6_months'
    end as band,
    months_needed,
    months_found,
    first_month,
    last_month
from runways
