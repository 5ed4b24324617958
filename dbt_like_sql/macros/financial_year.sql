-- The financial year that holds a day, named by the calendar year in which it ends: with a year
-- end of 31 March, 1 April 2025 is in 2026. Unknown year end: the calendar year.
create or replace macro intermediate.financial_year(on_day, year_end_day, year_end_month) as
    year(on_day)
    + case
        when month(on_day) * 100 + day(on_day)
            > coalesce(year_end_month, 12) * 100 + coalesce(year_end_day, 31)
            then 1
        else 0
    end
