-- A quotient of amounts, half-up to one part in `parts` (10: one decimal), exact: DECIMAL / DECIMAL
-- would be a DOUBLE, which misses a half by a hair. NULL for a denominator that is not above zero.
create or replace macro intermediate.ratio_of_money(numerator, denominator, parts) as
    case
        when denominator > 0 then
            intermediate.divide_half_up(numerator * parts, denominator)::double / parts
    end
