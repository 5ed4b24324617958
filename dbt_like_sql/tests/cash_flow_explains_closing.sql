-- Opening cash, the month's movements and revaluation add up to closing cash, and each month opens where the
-- one before closed.
with

months as (
    select
        organisation_id,
        month,
        closing_base,
        opening_base + inflow_base - outflow_base + financing_in_base - financing_out_base
        + one_off_base + transfers_base + revaluation_base as explained_base,
        opening_base,
        lag(closing_base) over (
            partition by organisation_id order by month
        ) as previous_closing_base
    from marts.cash_flow_monthly
)

select
    organisation_id,
    month,
    closing_base as expected,
    explained_base as actual,
    explained_base - closing_base as variance
from months
where explained_base <> closing_base
union all
select
    organisation_id,
    month,
    previous_closing_base,
    opening_base,
    opening_base - previous_closing_base
from months
where opening_base <> previous_closing_base
