-- A deviation after some days, from those known after 30, 60 and 90 days: linear between them and
-- from 0, and beyond as the root of the days, the way that independent errors add up.
create or replace macro intermediate.fan(days, after_30, after_60, after_90) as (
    case
        when days <= 30 then after_30 * days / 30
        when days <= 60 then after_30 + (after_60 - after_30) * (days - 30) / 30
        when days <= 90 then after_60 + (after_90 - after_60) * (days - 60) / 30
        else after_90 * sqrt(days / 90)
    end
)::decimal(18, 2)
