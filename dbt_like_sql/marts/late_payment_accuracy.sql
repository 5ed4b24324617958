-- How good the probabilities of being late were over the last year, beside two dull ones: the
-- organisation's rate for everybody, and each client's own rate so far.
with

methods as (
    unpivot intermediate.late_payment_backtest
    on chosen, base_rate, contact_rate
    into name method value probability
),

scored as (
    select
        *,
        -- Certainty that proves wrong would cost infinitely much: no less than 1 in 1,000 is taken.
        least(greatest(probability, 0.001), 0.999)::double as bounded
    from methods
),

sums as (
    select
        organisation_id,
        event,
        method,
        sum(invoices)::bigint as invoices,
        sum(late_invoices)::bigint as late_invoices,
        sum(probability * invoices) as probabilities,
        intermediate.squared_error(probability, invoices, late_invoices) as squared_error,
        sum(
            round(
                -late_invoices * ln(bounded) - (invoices - late_invoices) * ln(1 - bounded), 9
            )::decimal(18, 9)
        ) as surprise
    from scored
    group by organisation_id, event, method
)

select
    sums.organisation_id,
    organisations.as_of_date,
    sums.event,
    sums.method,
    sums.invoices,
    sums.late_invoices,
    round(sums.late_invoices / sums.invoices, 4) as share_late,
    round(sums.probabilities::double / sums.invoices, 4) as mean_probability,
    round(sums.squared_error::double / sums.invoices, 4) as brier_score,
    round(sums.surprise::double / sums.invoices, 4) as log_score
from sums
join staging.organisations as organisations
    on organisations.organisation_id = sums.organisation_id
