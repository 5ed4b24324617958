-- The squared errors of one probability over so many invoices, of which so many were late: summed,
-- to nine decimals, so that the sum does not hang on the order of adding.
create or replace macro intermediate.squared_error(probability, invoices, late_invoices) as
    sum(
        round(
            late_invoices * (1 - probability) ** 2
            + (invoices - late_invoices) * probability ** 2,
            9
        )::decimal(18, 9)
    )
