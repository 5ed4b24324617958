-- Which of the three candidates an organisation's own past speaks for, from the first of a month
-- on: the one with the least squared error (Brier score) over all invoices dated half a year before
-- or earlier, when all of them had turned out late or not. Until 30 can be judged it is number 1.
-- One choice for being late at all, by 30 and by 60 days: chosen apart, more than 30 days late could
-- come out likelier than late.
with

errors_by_month as (
    select
        organisation_id,
        (month + interval 6 months)::date as known_from,
        sum(judged) filter (where event = 'late') as judged,
        [
            intermediate.squared_error(candidate_odds[1], judged, judged_late),
            intermediate.squared_error(candidate_odds[2], judged, judged_late),
            intermediate.squared_error(candidate_odds[3], judged, judged_late)
        ] as errors
    from intermediate.late_payment_guesses
    group by organisation_id, month
),

by_candidate as (
    select
        organisation_id,
        known_from,
        coalesce(judged, 0) as judged,
        unnest([1, 2, 3]) as candidate,
        unnest(errors) as error
    from errors_by_month
),

so_far as (
    select
        organisation_id,
        known_from,
        candidate,
        sum(judged) over months as judged,
        sum(error) over months as error
    from by_candidate
    window months as (
        partition by organisation_id, candidate order by known_from
        rows between unbounded preceding and current row
    )
),

chosen as (
    select
        organisation_id,
        known_from,
        any_value(judged)::integer as judged_invoices,
        case when judged_invoices >= 30 then arg_min(candidate, (error, candidate)) else 1 end
            ::integer as candidate
    from so_far
    group by organisation_id, known_from
)

select
    organisation_id,
    known_from,
    judged_invoices,
    candidate,
    ([5, 1, 0.25][candidate])::decimal(4, 2) as k
from chosen
