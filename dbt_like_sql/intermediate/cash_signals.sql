-- What is in the bank and how long it lasts. Growing cash has no figure of months: it is green, and
-- better than any figure.
with

organisations as (
    select organisation_id, short_code, base_currency, as_of_date from staging.organisations
),

runways as (
    select
        organisation_id, state, cash_base, credit_card_debt_base, net_burn_base, runway_months,
        first_month, last_month
    from intermediate.runways
    where is_default
),

movements as (
    select
        movements.organisation_id,
        movements.source,
        movements.source_id,
        min(movements.movement_date) as movement_date,
        sum(movements.amount_base) as amount_base,
        bool_and(movements.category in ('operating', 'tax') and movements.direction = 'out')
            as is_burn
    from intermediate.cash_movements as movements
    join organisations
        on organisations.organisation_id = movements.organisation_id
        -- Nothing here looks further back than three complete months.
        and movements.movement_date
            >= date_trunc('month', organisations.as_of_date) - interval 3 months
    where not movements.is_transfer
    group by movements.organisation_id, movements.source, movements.source_id
),

movement_drivers as (
    select
        movements.*,
        organisations.as_of_date,
        intermediate.signal_driver(
            movements.source, movements.source_id, null, movements.amount_base,
            -- A payment has no page of its own.
            case movements.source
                when 'bank_transaction' then intermediate.deep_link(
                    organisations.short_code,
                    intermediate.task_path('bank_transaction', null, movements.source_id)
                )
            end
        ) as driver
    from movements
    join organisations
        on organisations.organisation_id = movements.organisation_id
),

drivers as (
    select
        movements.organisation_id,
        arg_max(movements.driver, (-movements.amount_base, movements.source_id), 10) filter (
            where movements.is_burn
                and movements.movement_date
                    between runways.first_month and last_day(runways.last_month)
        ) as largest_outflows,
        arg_max(movements.driver, (abs(movements.amount_base), movements.source_id), 10) filter (
            where movements.movement_date > movements.as_of_date - interval 1 month
        ) as largest_of_the_month
    from movement_drivers as movements
    join runways
        on runways.organisation_id = movements.organisation_id
    group by movements.organisation_id
),

joined as (
    select
        runways.*,
        organisations.base_currency,
        before.state as state_before,
        before.cash_base as cash_base_before,
        before.runway_months as runway_months_before,
        drivers.largest_outflows,
        drivers.largest_of_the_month
    from runways
    join organisations
        on organisations.organisation_id = runways.organisation_id
    join intermediate.runway_a_month_ago as before
        on before.organisation_id = runways.organisation_id
    left join drivers
        on drivers.organisation_id = runways.organisation_id
)

select
    organisation_id,
    'runway_months' as signal,
    runway_months::decimal(18, 4) as value,
    runway_months_before::decimal(18, 4) as previous_value,
    case
        when state = 'cash_generative'
            then 'More money came in than went out over the last three months: cash is growing.'
        when state = 'insufficient_history'
            then 'The books do not reach back three complete months yet.'
        when runway_months = 0
            then intermediate.words_money(net_burn_base, base_currency)
                || ' more goes out than comes in each month, and the bank accounts hold nothing to'
                || ' pay it from.'
        else intermediate.words_money(net_burn_base, base_currency)
            || ' more goes out than comes in each month: the '
            || intermediate.words_money(cash_base, base_currency) || ' in the bank lasts '
            || intermediate.words_value(runway_months, 'months', null) || '.'
    end as sentence,
    largest_outflows as drivers,
    case state when 'cash_generative' then 'green' end as band,
    case
        when 'insufficient_history' in (state, state_before) then null
        when state = state_before and state = 'cash_generative' then 'same'
        when state = 'cash_generative' then 'better'
        when state_before = 'cash_generative' then 'worse'
    end as direction
from joined
union all
select
    organisation_id,
    'cash_base',
    cash_base::decimal(18, 4),
    cash_base_before::decimal(18, 4),
    'The bank accounts hold ' || intermediate.words_money(cash_base, base_currency)
        || case
            when credit_card_debt_base > 0
                then ', and ' || intermediate.words_money(credit_card_debt_base, base_currency)
                    || ' is owed on credit cards.'
            else '.'
        end,
    largest_of_the_month,
    null,
    null
from joined
