-- The score of each client as it stood on the same day of the month before, by what was known then.
select
    habits.organisation_id,
    habits.contact_id,
    case
        when odds.decided_invoices >= 3 then
            intermediate.overdue_risk_score(
                odds.p_late, odds.p_over_30, habits.worst_age, habits.trend_days
            )
    end as score,
    habits.open_invoices,
    habits.outstanding_base,
    habits.overdue_base,
    habits.worst_age,
    odds.p_late,
    odds.p_over_30,
    odds.p_over_60,
    round(habits.outstanding_base * odds.p_over_30, 2)::decimal(18, 2) as exposure_base
from intermediate.payment_habits_as_of(1) as habits
join intermediate.late_payment_odds_as_of(1) as odds
    on odds.organisation_id = habits.organisation_id
    and odds.contact_id = habits.contact_id
