-- An amount in the base currency: amount / rate, half-up to the cent, exact (DECIMAL / DECIMAL
-- would be a DOUBLE). rate = units of the amount's currency per one unit of base, Xero's
-- CurrencyRate; NULL when the rate is unknown. Most amounts are in base currency: a rate of 1
-- spares them the division.
create or replace macro intermediate.to_base(amount, rate) as (
    case
        when rate = 1 then amount
        else
            intermediate.divide_half_up(amount::decimal(28, 2) * 100, rate::decimal(20, 10))
                ::decimal(20, 0)
            * 0.01
    end
)::decimal(18, 2)
