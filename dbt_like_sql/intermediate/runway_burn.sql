-- Monthly burn on each basis, from complete months only. `months_found` below `months_needed`
-- means that the books do not reach back far enough for the basis.
with

organisations as (
    select organisation_id, as_of_date, date_trunc('month', as_of_date)::date as this_month
    from staging.organisations
),

-- The month in which the books begin is a part of a month, as is the one that as_of_date cuts off.
complete_months as (
    select organisation_id, month, net_burn_base, net_burn_without_tax_base, gross_burn_base
    from intermediate.cash_months
    where is_complete
    qualify month > min(month) over (partition by organisation_id)
),

-- first_offset and last_offset: months before the one that as_of_date falls in.
bases as (
    from (
        values
            ('1m', 1, 1, 'mean'),
            ('3m', 1, 3, 'mean'),
            ('6m', 1, 6, 'mean'),
            ('12m', 1, 12, 'mean'),
            ('6m_median', 1, 6, 'median'),
            -- The months that lie ahead, a year ago: this one and the two that follow.
            ('last_year_season', 10, 12, 'mean')
    ) as bases (basis, first_offset, last_offset, method)
),

months as (
    select
        organisations.organisation_id,
        organisations.as_of_date,
        bases.basis,
        bases.method,
        bases.last_offset - bases.first_offset + 1 as months_needed,
        complete_months.month,
        complete_months.net_burn_base,
        complete_months.net_burn_without_tax_base,
        complete_months.gross_burn_base
    from organisations
    cross join bases
    left join complete_months
        on complete_months.organisation_id = organisations.organisation_id
        and complete_months.month
            between organisations.this_month - to_months(bases.last_offset)
            and organisations.this_month - to_months(bases.first_offset)
),

typical as (
    select
        organisation_id,
        as_of_date,
        basis,
        method,
        months_needed,
        count(month) as months_found,
        min(month) as first_month,
        max(month) as last_month,
        list(net_burn_base) filter (where month is not null) as net_burns,
        list(net_burn_without_tax_base) filter (where month is not null) as net_burns_without_tax,
        list(gross_burn_base) filter (where month is not null) as gross_burns
    from months
    group by organisation_id, as_of_date, basis, method, months_needed
),

-- The mean of what lies in the middle is the median.
averaged as (
    select
        * replace (
            case method when 'median' then intermediate.middle_amounts(net_burns) else net_burns end
                as net_burns,
            case method
                when 'median' then intermediate.middle_amounts(net_burns_without_tax)
                else net_burns_without_tax
            end as net_burns_without_tax,
            case method
                when 'median' then intermediate.middle_amounts(gross_burns) else gross_burns
            end as gross_burns
        )
    from typical
)

select
    organisation_id,
    as_of_date,
    basis,
    months_needed,
    months_found,
    first_month,
    last_month,
    intermediate.mean_money(net_burns) as net_burn_base,
    intermediate.mean_money(net_burns_without_tax) as net_burn_without_tax_base,
    intermediate.mean_money(gross_burns) as gross_burn_base
from averaged
