-- How many days of sales an open amount stands for, to a tenth, half-up: 365 x open / sales of 365
-- days. NULL without sales.
create or replace macro intermediate.days_of_sales(open_base, sales_base) as
    case
        when sales_base > 0 then (
            intermediate.divide_half_up(open_base * 3650, sales_base)::decimal(20, 0) * 0.1
        )::decimal(18, 1)
    end
