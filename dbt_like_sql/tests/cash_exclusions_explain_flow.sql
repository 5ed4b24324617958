-- The months' exclusions add up to the columns of the cash flow that they are left out by.
with

exclusions as (
    select
        organisation_id,
        month,
        coalesce(sum(net_base) filter (where category = 'transfer'), 0) as transfers,
        coalesce(sum(net_base) filter (where category = 'financing'), 0) as financing,
        coalesce(sum(net_base) filter (where category = 'one_off'), 0) as one_off,
        coalesce(sum(net_base) filter (where category = 'tax'), 0) as tax
    from marts.cash_exclusions_applied
    group by organisation_id, month
),

flows as (
    select
        organisation_id,
        month,
        transfers_base + financing_in_base - financing_out_base + one_off_base
        + tax_in_base - tax_out_base as expected
    from marts.cash_flow_monthly
)

select
    flows.organisation_id,
    flows.month,
    flows.expected,
    coalesce(transfers + financing + one_off + tax, 0) as actual,
    coalesce(transfers + financing + one_off + tax, 0) - flows.expected as variance
from flows
left join exclusions
    on exclusions.organisation_id = flows.organisation_id
    and exclusions.month = flows.month
where coalesce(transfers + financing + one_off + tax, 0) <> flows.expected
