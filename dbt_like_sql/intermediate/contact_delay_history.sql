-- What could be said of each contact's delays at the end of each day on which one of its invoices
-- was settled: from that invoice and those before it.
with

settled as (
    select
        organisation_id,
        contact_id,
        document_id,
        settled_date,
        delay_days
    from intermediate.invoice_outcomes
    where delay_days is not null
),

running as (
    select
        organisation_id,
        contact_id,
        settled_date,
        lead(settled_date) over in_order as next_settled_date,
        row_number() over in_order as invoices,
        sum(delay_days) over so_far as delay_sum,
        bool_or(isodow(settled_date) > 5) over latest_48 as has_paid_on_a_weekend,
        quantile_cont(delay_days, [0.1, 0.3, 0.5, 0.7, 0.9, 0.2, 0.8]) over latest_48
            as quantiles_48,
        quantile_cont(delay_days, [0.1, 0.3, 0.5, 0.7, 0.9]) over latest_6 as deciles_6
    from settled
    window
        in_order as (
            partition by organisation_id, contact_id order by settled_date, document_id
        ),
        so_far as (
            partition by organisation_id, contact_id order by settled_date, document_id
            rows between unbounded preceding and current row
        ),
        latest_48 as (
            partition by organisation_id, contact_id order by settled_date, document_id
            rows between 47 preceding and current row
        ),
        latest_6 as (
            partition by organisation_id, contact_id order by settled_date, document_id
            rows between 5 preceding and current row
        )
)

select
    organisation_id,
    contact_id,
    settled_date,
    next_settled_date,
    invoices,
    quantiles_48[3] as median_delay,
    delay_sum::double / invoices as mean_delay,
    intermediate.steady_middle(quantiles_48) as long_delay,
    intermediate.steady_middle(deciles_6) as short_delay,
    quantiles_48[6] as p20_delay,
    quantiles_48[7] as p80_delay,
    -- Eight in a row would fall on working days by chance one time in fifteen.
    invoices >= 8 and not has_paid_on_a_weekend as is_weekday_payer
from running
-- Of several on one day the last one has seen them all.
where next_settled_date is distinct from settled_date
