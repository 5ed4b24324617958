-- How risky each client's receivables are, with the reasons. The score is 100 times
-- 0.4 x P(more than 30 days late) + 0.3 x P(late) + 0.2 x worst age (90 days or more is 1)
-- + 0.1 x trend (30 days slower or more is 1). A new client has no score yet: not low.
with

contacts as (
    select organisation_id, contact_id, name from staging.contacts
),

expected as (
    select
        organisation_id,
        contact_id,
        min(expected_date) as next_expected_date,
        max(expected_date) as last_expected_date
    from intermediate.expected_payments
    group by organisation_id, contact_id
),

measured as (
    select
        habits.*,
        organisations.as_of_date,
        organisations.base_currency,
        coalesce(contacts.name, 'Unknown contact') as contact_name,
        odds.decided_invoices,
        odds.on_time_invoices,
        odds.p_late,
        odds.p_over_30,
        odds.p_over_60,
        delays.settled_invoices,
        delays.contact_median_delay,
        delays.expected_delay,
        expected.next_expected_date,
        expected.last_expected_date,
        odds.decided_invoices < 3 as is_new
    from intermediate.payment_habits as habits
    join staging.organisations as organisations
        on organisations.organisation_id = habits.organisation_id
    join intermediate.late_payment_odds as odds
        on odds.organisation_id = habits.organisation_id
        and odds.contact_id = habits.contact_id
    join intermediate.payment_delays as delays
        on delays.organisation_id = habits.organisation_id
        and delays.contact_id = habits.contact_id
    left join contacts
        on contacts.organisation_id = habits.organisation_id
        and contacts.contact_id = habits.contact_id
    left join expected
        on expected.organisation_id = habits.organisation_id
        and expected.contact_id = habits.contact_id
),

scored as (
    select
        *,
        case
            when not is_new then
                intermediate.overdue_risk_score(p_late, p_over_30, worst_age, trend_days)
        end as score,
        list_filter(
            [
                case when is_new then 'new_client' end,
                case when worst_age > 60 then 'open_over_60_days' end,
                case when not is_new and p_over_30 >= 0.25 then 'often_over_30_days' end,
                case when not is_new and p_late >= 0.5 then 'usually_late' end,
                case when trend_days >= 7 then 'getting_slower' end,
                case when trend_days <= -7 then 'getting_faster' end,
                case when share_of_receivables >= 0.2 then 'large_share_of_receivables' end
            ],
            lambda reason: reason is not null
        ) as reason_codes
    from measured
)

select
    organisation_id,
    contact_id,
    as_of_date,
    contact_name,
    case
        when is_new then 'insufficient_history'
        when score >= 50 then 'high'
        when score >= 25 then 'medium'
        else 'low'
    end as band,
    score,
    reason_codes,
    contact_name || case
        when is_new then ' is too new to judge'
        when days_beyond_terms >= 0.5
            then ' pays ' || round(days_beyond_terms)::integer || ' days after the due date'
        when days_beyond_terms <= -0.5
            then ' pays ' || round(-days_beyond_terms)::integer || ' days before the due date'
        else ' pays on the due date'
    end || '; ' || case
        when open_invoices = 0 then 'nothing is open.'
        when worst_age > 0
            then format('{:,.2f}', outstanding_base) || ' ' || base_currency
                || ' is open, the oldest ' || worst_age || ' days overdue.'
        else format('{:,.2f}', outstanding_base) || ' ' || base_currency
            || ' is open, none of it overdue.'
    end as sentence,
    open_invoices,
    outstanding_base,
    overdue_base,
    worst_age,
    share_of_receivables,
    p_late,
    p_over_30,
    p_over_60,
    round(outstanding_base * p_over_30, 2)::decimal(18, 2) as exposure_base,
    dso,
    bpdso,
    average_days_delinquent,
    days_beyond_terms,
    (on_time_invoices / nullif(decided_invoices, 0))::decimal(9, 4) as on_time_rate,
    trend_days,
    decided_invoices,
    settled_invoices,
    contact_median_delay as median_delay_days,
    expected_delay as expected_delay_days,
    next_expected_date,
    last_expected_date
from scored
