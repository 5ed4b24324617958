-- The monthly equivalent, in base currency, of a price that recurs every `period` units, rounded
-- once, half-up, to the cent: WEEKLY n counts 52 / (12 n), MONTHLY n counts 1 / n.
-- rate = units of the price's currency per one unit of base. Most prices are monthly and in base
-- currency: they are spared the division.
create or replace macro intermediate.recurring_monthly_base(price, unit, period, rate) as (
    case
        when unit = 'MONTHLY' and period = 1 and rate = 1 then price
        else
            intermediate.divide_half_up(
                price::decimal(28, 2) * 100
                    * case unit when 'WEEKLY' then 52 when 'MONTHLY' then 1 end,
                rate::decimal(20, 10) * case unit when 'WEEKLY' then 12 else 1 end * period
            )::decimal(20, 0)
            * 0.01
    end
)::decimal(18, 2)
