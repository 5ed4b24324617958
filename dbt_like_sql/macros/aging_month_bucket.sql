-- Whole calendar months past due, as Xero's web report ages by default.
create or replace macro intermediate.aging_month_bucket(due_date, as_of_date) as
    case
        when as_of_date <= due_date then 'current'
        when date_sub('month', due_date, as_of_date) = 0 then '< 1 month'
        when date_sub('month', due_date, as_of_date) = 1 then '1 month'
        when date_sub('month', due_date, as_of_date) = 2 then '2 months'
        when date_sub('month', due_date, as_of_date) = 3 then '3 months'
        else 'older'
    end
