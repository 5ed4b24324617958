-- Cash on each of the next 365 days if only what is committed happens: open receivables at their
-- expected day and probability, open bills, what templates will make, and the burn of money that no
-- invoice or bill announces (wages, tax, cards), at the rate of the last 3 complete months. New
-- projects and bills that nobody has entered are in none of it.
with

organisations as (
    select
        organisation_id,
        as_of_date,
        date_trunc('month', as_of_date)::date as this_month
    from staging.organisations
),

cash as (
    select organisation_id, sum(balance_base) as cash_base
    from intermediate.cash_accounts
    group by organisation_id
),

unannounced as (
    select
        organisations.organisation_id,
        -sum(movements.amount_base) as burn_base
    from organisations
    join intermediate.cash_movements as movements
        on movements.organisation_id = organisations.organisation_id
        and movements.movement_date >= organisations.this_month - interval 3 months
        and movements.movement_date < organisations.this_month
    where movements.source = 'bank_transaction'
        and movements.category in ('operating', 'tax')
    group by organisations.organisation_id
),

burn_months as (
    select organisation_id, months_found
    from intermediate.runway_burn
    where basis = '3m'
),

largest_clients as (
    select organisation_id, arg_max(contact_id, (revenue_base, contact_id)) as contact_id
    from intermediate.client_revenue
    where revenue_base > 0
    group by organisation_id
),

scenarios as (
    from (
        values
            ('base'), ('likely_receivables'), ('largest_client_late'), ('largest_client_leaves')
    ) as scenarios (scenario)
),

scenario_cash as (
    select
        expected.organisation_id,
        scenarios.scenario,
        expected.kind,
        expected.day + case
            when scenarios.scenario = 'largest_client_late'
                and expected.kind in ('receivable', 'scheduled_in')
                and largest_clients.contact_id is not null then 30
            else 0
        end as day,
        (expected.amount_base * expected.probability)::decimal(28, 6) as amount_base
    from intermediate.expected_cash as expected
    cross join scenarios
    left join largest_clients
        on largest_clients.organisation_id = expected.organisation_id
        and largest_clients.contact_id = expected.contact_id
    where not (scenarios.scenario = 'likely_receivables' and expected.probability < 0.75)
        and not (
            scenarios.scenario = 'largest_client_leaves'
            and expected.kind = 'scheduled_in'
            and largest_clients.contact_id is not null
        )
),

daily as (
    select
        organisation_id,
        scenario,
        day,
        intermediate.to_cents(sum(amount_base) filter (where kind = 'receivable'))
            as receivables_base,
        intermediate.to_cents(sum(amount_base) filter (where kind = 'scheduled_in'))
            as scheduled_in_base,
        intermediate.to_cents(-sum(amount_base) filter (where kind = 'bill')) as bills_base,
        intermediate.to_cents(-sum(amount_base) filter (where kind = 'scheduled_out'))
            as scheduled_out_base
    from scenario_cash
    group by organisation_id, scenario, day
),

-- In every scenario the same.
burn as (
    select
        organisations.organisation_id,
        organisations.as_of_date,
        organisations.as_of_date + numbers.number as day,
        coalesce(cash.cash_base, 0) as cash_base,
        -- 12 months of burn spread over 365 days.
        coalesce(
            intermediate.divide_half_up(
                unannounced.burn_base * 100 * 12 * numbers.number,
                365 * burn_months.months_found
            ),
            0
        )::decimal(20, 0) * 0.01 as burn_so_far_base
    from organisations
    cross join (select unnest(range(1, 366))::integer as number) as numbers
    left join cash
        on cash.organisation_id = organisations.organisation_id
    left join unannounced
        on unannounced.organisation_id = organisations.organisation_id
    left join burn_months
        on burn_months.organisation_id = organisations.organisation_id
),

daily_burn as (
    select
        *,
        burn_so_far_base - coalesce(
            lag(burn_so_far_base) over (partition by organisation_id order by day),
            0
        ) as unannounced_burn_base
    from burn
),

days as (
    select daily_burn.*, scenarios.scenario
    from daily_burn
    cross join scenarios
),

filled as (
    select
        days.*,
        coalesce(daily.receivables_base, 0.00) as receivables_base,
        coalesce(daily.scheduled_in_base, 0.00) as scheduled_in_base,
        coalesce(daily.bills_base, 0.00) as bills_base,
        coalesce(daily.scheduled_out_base, 0.00) as scheduled_out_base
    from days
    left join daily
        on daily.organisation_id = days.organisation_id
        and daily.scenario = days.scenario
        and daily.day = days.day
)

select
    organisation_id,
    as_of_date,
    scenario,
    day,
    receivables_base,
    scheduled_in_base,
    bills_base,
    scheduled_out_base,
    unannounced_burn_base::decimal(18, 2) as unannounced_burn_base,
    (
        cash_base - burn_so_far_base + sum(
            (receivables_base + scheduled_in_base - bills_base - scheduled_out_base)
                ::decimal(18, 2)
        ) over (partition by organisation_id, scenario order by day)
    )::decimal(18, 2) as closing_base
from filled
