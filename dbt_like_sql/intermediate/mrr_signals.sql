-- MRR of the month that the as-of date falls in, and how it changed over the month. What was kept
-- and who stopped are told of the last complete month: a month that has just begun says nothing.
with

organisations as (
    select organisation_id, base_currency, date_trunc('month', as_of_date)::date as this_month
    from staging.organisations
),

months as (
    select
        organisation_id,
        month,
        opening,
        closing,
        customers,
        nrr,
        intermediate.recurring_ratio(closing - opening, opening) as growth
    from intermediate.mrr_by_month
),

-- A client with several plans stops once.
stopped as (
    select
        organisation_id,
        month,
        count(*) as clients,
        list(contact_name order by amount_base desc, contact_id) as names
    from intermediate.mrr_changes
    where movement = 'churn'
    group by organisation_id, month
),

-- The invoices that say what a plan costs, or the template where none has been made yet.
plans as (
    select
        organisation_id,
        month,
        contact_id,
        mrr_base,
        coalesce(price_invoice_id, template_id) as document_id,
        intermediate.signal_driver(
            case when price_invoice_id is null then 'repeating_invoice' else 'invoice' end,
            coalesce(price_invoice_id, template_id), price_invoice_number, mrr_base, null
        ) as driver
    from intermediate.recurring_plan_months
    where coalesce(price_invoice_id, template_id) is not null and mrr_base <> 0
),

current_drivers as (
    select
        plans.organisation_id,
        arg_max(plans.driver, (plans.mrr_base, plans.document_id), 10) as drivers
    from plans
    join organisations
        on organisations.organisation_id = plans.organisation_id
        and organisations.this_month = plans.month
    group by plans.organisation_id
),

-- What the clients whose MRR moved pay now or, where they have stopped, paid before.
moved as (
    select
        changes.organisation_id,
        changes.month,
        changes.contact_id,
        changes.movement = 'churn' as is_churn,
        max(abs(changes.amount_base)) as amount_base
    from intermediate.mrr_changes as changes
    join organisations
        on organisations.organisation_id = changes.organisation_id
        and changes.month >= organisations.this_month - interval 1 month
    group by all
),

moved_drivers as (
    select
        moved.organisation_id,
        moved.month,
        arg_max(plans.driver, (moved.amount_base, plans.mrr_base, plans.document_id), 10)
            as drivers,
        arg_max(plans.driver, (moved.amount_base, plans.mrr_base, plans.document_id), 10) filter (
            where moved.is_churn
        ) as churn_drivers
    from moved
    join plans
        on plans.organisation_id = moved.organisation_id
        and plans.contact_id = moved.contact_id
        and plans.month = case
            when moved.is_churn then moved.month - interval 1 month
            else moved.month
        end
    group by moved.organisation_id, moved.month
),

joined as (
    select
        organisations.organisation_id,
        organisations.base_currency,
        now.opening,
        now.closing,
        now.customers,
        now.growth,
        complete.month as complete_month,
        strftime(complete.month, '%B %Y') as complete_month_name,
        complete.nrr,
        complete.growth as growth_before,
        earlier.month as earlier_month,
        earlier.nrr as nrr_before,
        case when complete.month is not null then coalesce(stopped.clients, 0) end as stopped,
        stopped.names as stopped_names,
        case when earlier.month is not null then coalesce(stopped_before.clients, 0) end
            as stopped_before,
        current_drivers.drivers as current_drivers,
        moved_now.drivers as growth_drivers,
        moved_then.drivers as nrr_drivers,
        moved_then.churn_drivers
    from organisations
    join months as now
        on now.organisation_id = organisations.organisation_id
        and now.month = organisations.this_month
    left join months as complete
        on complete.organisation_id = organisations.organisation_id
        and complete.month = organisations.this_month - interval 1 month
    left join months as earlier
        on earlier.organisation_id = organisations.organisation_id
        and earlier.month = organisations.this_month - interval 2 months
    left join stopped
        on stopped.organisation_id = organisations.organisation_id
        and stopped.month = complete.month
    left join stopped as stopped_before
        on stopped_before.organisation_id = organisations.organisation_id
        and stopped_before.month = earlier.month
    left join current_drivers
        on current_drivers.organisation_id = organisations.organisation_id
    left join moved_drivers as moved_now
        on moved_now.organisation_id = organisations.organisation_id
        and moved_now.month = now.month
    left join moved_drivers as moved_then
        on moved_then.organisation_id = organisations.organisation_id
        and moved_then.month = complete.month
)

select
    organisation_id,
    'mrr' as signal,
    closing::decimal(18, 4) as value,
    opening::decimal(18, 4) as previous_value,
    case
        when closing = 0 then 'No revenue recurs.'
        else intermediate.words_money(closing, base_currency) || ' recurs every month, from '
            || intermediate.words_count(customers, 'client', 'clients') || '.'
    end as sentence,
    current_drivers as drivers
from joined
union all
select
    organisation_id,
    'mrr_growth',
    growth::decimal(18, 4),
    growth_before::decimal(18, 4),
    case
        when growth is null then 'There was no recurring revenue a month ago to grow from.'
        when growth = 0 then 'Monthly recurring revenue has not changed this month.'
        else 'Monthly recurring revenue has '
            || case when growth > 0 then 'grown by ' else 'fallen by ' end
            || intermediate.words_percent(abs(growth)) || ' this month.'
    end,
    growth_drivers
from joined
union all
select
    organisation_id,
    'nrr',
    nrr::decimal(18, 4),
    nrr_before::decimal(18, 4),
    case
        when complete_month is null then 'No month with recurring revenue is complete yet.'
        when nrr is null
            then 'No revenue recurred before ' || complete_month_name || ' that could be kept.'
        else 'Of the recurring revenue before ' || complete_month_name || ', '
            || intermediate.words_percent(nrr) || ' was left at its end; new clients do not count.'
    end,
    nrr_drivers
from joined
union all
select
    organisation_id,
    'churned_clients',
    stopped::decimal(18, 4),
    stopped_before::decimal(18, 4),
    case
        when complete_month is null then 'No month with recurring revenue is complete yet.'
        when stopped = 0 then 'The recurring revenue of no client ended in ' || complete_month_name
            || '.'
        else 'The recurring revenue of '
            || intermediate.words_count(stopped, 'client', 'clients') || ' ended in '
            || complete_month_name || ': ' || array_to_string(stopped_names[1:3], ', ')
            || case when stopped > 3 then ' and ' || stopped - 3 || ' more.' else '.' end
    end,
    churn_drivers
from joined
