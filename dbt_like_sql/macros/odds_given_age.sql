-- How likely an open invoice is to be more than `days` late, given how late it is today: of those
-- that came as far, the share that go on. An invoice past that day has no choice left.
-- p_late, p_over_30: the odds of having come so far; p_over: those of being more than `days` late.
create or replace macro intermediate.odds_given_age(days_overdue, days, p_late, p_over_30, p_over)
as (
    case
        when days_overdue > days then 1
        when days_overdue > 30 then least(p_over / nullif(p_over_30, 0), 1)
        when days_overdue > 0 then least(p_over / nullif(p_late, 0), 1)
        else p_over
    end
)::decimal(9, 4)
