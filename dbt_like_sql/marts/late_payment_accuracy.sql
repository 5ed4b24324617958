-- How good the probabilities of being late were over the last year, beside two dull ones: the
-- organisation's rate for everybody, and each client's own rate so far.
with

scored as (
    select
        *,
        -- Certainty that proves wrong would cost infinitely much: no less than 1 in 1,000 is taken.
        least(greatest(probability, 0.001), 0.999)::double as bounded
    from intermediate.late_payment_backtest
)

select
    scored.organisation_id,
    organisations.as_of_date,
    scored.event,
    scored.method,
    sum(scored.invoices)::bigint as invoices,
    sum(scored.late_invoices)::bigint as late_invoices,
    round(sum(scored.late_invoices) / sum(scored.invoices), 4) as share_late,
    round(sum(scored.probability * scored.invoices)::double / sum(scored.invoices), 4)
        as mean_probability,
    round(
        intermediate.squared_error(
            scored.probability::double, scored.invoices, scored.late_invoices
        )::double / sum(scored.invoices),
        4
    ) as brier_score,
    round(
        sum(
            round(
                scored.late_invoices * -ln(scored.bounded)
                - (scored.invoices - scored.late_invoices) * ln(1 - scored.bounded),
                9
            )::decimal(18, 9)
        )::double / sum(scored.invoices),
        4
    ) as log_score
from scored
join staging.organisations as organisations
    on organisations.organisation_id = scored.organisation_id
group by scored.organisation_id, organisations.as_of_date, scored.event, scored.method
