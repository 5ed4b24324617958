-- Days past due as one of the five buckets: due today is still current, 30 days late is 1-30.
create or replace macro intermediate.aging_bucket(days_overdue) as
    case
        when days_overdue <= 0 then 'current'
        when days_overdue <= 30 then '1-30'
        when days_overdue <= 60 then '31-60'
        when days_overdue <= 90 then '61-90'
        else '90+'
    end
