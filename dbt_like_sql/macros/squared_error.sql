-- The squared error of a probability summed over invoices, of which so many were late.
create or replace macro intermediate.squared_error(probability, invoices, late) as
    sum(
        late * (1 - probability) * (1 - probability)
        + (invoices - late) * probability * probability
    )
