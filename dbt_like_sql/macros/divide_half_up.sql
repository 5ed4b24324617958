-- A division rounded half away from zero to a whole number; NULL for a zero denominator, which must
-- not be negative. DECIMAL / DECIMAL is a DOUBLE in DuckDB, which misses a half by a hair: the
-- DOUBLE is only the first guess, exact multiplication puts it right. Division of HUGEINT would be
-- exact, too, at ten times the cost. Good for quotients up to 2^52: cents beyond 40 trillion.
create or replace macro intermediate.divide_half_up(numerator, denominator) as
    sign(numerator)
    * (
        round(abs(numerator)::double / nullif(denominator, 0)::double)::bigint
        + case
            when 2 * abs(numerator) >= denominator
                * (2 * round(abs(numerator)::double / nullif(denominator, 0)::double)::bigint + 1)
                then 1
            when 2 * abs(numerator) < denominator
                * (2 * round(abs(numerator)::double / nullif(denominator, 0)::double)::bigint - 1)
                then -1
            else 0
        end
    )
