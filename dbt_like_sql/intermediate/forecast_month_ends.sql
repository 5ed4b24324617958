-- The past month ends for which a forecast is made up as it could have been made on the day: the last
-- 15 that are at least 30 days ago and had three complete months before their own month.
with

months as (
    select
        organisation_id,
        as_of_date as month_end,
        min(month) over (partition by organisation_id) as first_month
    from intermediate.cash_months
    where is_complete
)

select
    months.organisation_id,
    months.month_end as as_of_date,
    date_trunc('month', months.month_end)::date as month
from months
join staging.organisations as organisations
    on organisations.organisation_id = months.organisation_id
where months.month_end >= months.first_month + interval 4 months
    and months.month_end + 30 <= organisations.as_of_date
    and months.month_end >= organisations.as_of_date - interval 16 months
qualify row_number() over (
    partition by months.organisation_id order by months.month_end desc
) <= 15
