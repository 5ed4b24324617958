-- The same for each organisation as a whole, over its latest 400 settled invoices.
with

settled as (
    select organisation_id, document_id, settled_date, delay_days
    from intermediate.invoice_outcomes
    where delay_days is not null
),

running as (
    select
        organisation_id,
        settled_date,
        lead(settled_date) over in_order as next_settled_date,
        quantile_cont(delay_days, [0.2, 0.5, 0.8]) over latest_400 as quantiles
    from settled
    window
        in_order as (partition by organisation_id order by settled_date, document_id),
        latest_400 as (
            partition by organisation_id order by settled_date, document_id
            rows between 399 preceding and current row
        )
)

select
    organisation_id,
    settled_date,
    next_settled_date,
    quantiles[1] as p20_delay,
    quantiles[2] as median_delay,
    quantiles[3] as p80_delay
from running
where next_settled_date is distinct from settled_date
