-- An integer division rounded half away from zero, exact where DECIMAL / DECIMAL would give a
-- DOUBLE. NULL for a zero denominator.
create or replace macro intermediate.divide_half_up(numerator, denominator) as
    sign(numerator::hugeint)
    * (
        (2 * abs(numerator::hugeint) + denominator::hugeint)
        // (2 * nullif(denominator::hugeint, 0))
    )
