-- MRR of the month that the as-of date falls in, and how it changed over the month.
with

organisations as (
    select organisation_id, as_of_date, base_currency from staging.organisations
),

months as (
    select
        organisation_id,
        month,
        opening,
        closing,
        customers,
        round((closing - opening) / nullif(opening, 0), 4) as growth
    from intermediate.mrr_by_month
),

joined as (
    select
        organisations.organisation_id,
        organisations.as_of_date,
        organisations.base_currency,
        now.opening,
        now.closing,
        now.customers,
        now.growth,
        before.growth as growth_before
    from organisations
    join months as now
        on now.organisation_id = organisations.organisation_id
        and now.month = date_trunc('month', organisations.as_of_date)
    left join months as before
        on before.organisation_id = organisations.organisation_id
        and before.month = date_trunc('month', organisations.as_of_date) - interval 1 month
)

select
    organisation_id,
    as_of_date,
    'mrr' as signal,
    closing::decimal(18, 4) as value,
    opening::decimal(18, 4) as previous_value,
    intermediate.words_money(closing, base_currency) || ' recurs every month, from ' || customers
        || case customers when 1 then ' client.' else ' clients.' end as sentence,
    []::uuid[] as documents
from joined
union all
select
    organisation_id,
    as_of_date,
    'mrr_growth',
    growth,
    growth_before,
    case
        when growth is null then 'There was no recurring revenue a month ago to grow from.'
        when growth = 0 then 'Monthly recurring revenue has not changed this month.'
        when growth > 0
            then 'Monthly recurring revenue has grown by ' || round(growth * 100, 1)::decimal(9, 1)
                || ' % this month.'
        else 'Monthly recurring revenue has fallen by ' || round(-growth * 100, 1)::decimal(9, 1)
            || ' % this month.'
    end,
    []::uuid[]
from joined
