-- Whether the chosen probabilities mean what they say: of the invoices with a tenth of probability
-- to be late, a tenth was.
select
    backtest.organisation_id,
    organisations.as_of_date,
    backtest.event,
    (least(floor(backtest.chosen * 10)::integer, 9) * 0.1)::decimal(2, 1) as probability_from,
    sum(backtest.invoices)::bigint as invoices,
    round(sum(backtest.chosen * backtest.invoices)::double / sum(backtest.invoices), 4)
        as mean_probability,
    round(sum(backtest.late_invoices) / sum(backtest.invoices), 4) as share_late
from intermediate.late_payment_backtest as backtest
join staging.organisations as organisations
    on organisations.organisation_id = backtest.organisation_id
group by all
