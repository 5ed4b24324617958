-- The score of overdue risk, 0 to 100. worst_age and trend_days may be NULL: nothing open, or too
-- little history for a trend.
create or replace macro intermediate.overdue_risk_score(p_late, p_over_30, worst_age, trend_days) as
    round(
        100 * (
            0.4 * p_over_30
            + 0.3 * p_late
            + 0.2 * least(coalesce(worst_age, 0) / 90.0, 1)
            + 0.1 * least(greatest(coalesce(trend_days, 0), 0) / 30.0, 1)
        )
    )::integer
