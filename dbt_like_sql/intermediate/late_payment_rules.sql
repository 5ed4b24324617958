-- Which of the six candidates an organisation's own past speaks for, from the first of a month on:
-- the one with the least squared error (Brier score) over all invoices that had turned out before
-- that day. Another than number 6 must be better by 3 %, since the past also chooses by chance.
-- Until 30 invoices can be judged it is number 1.
with

errors_by_month as (
    select
        organisation_id,
        known_from,
        sum(invoices) filter (where event = 'late') as judged,
        [
            intermediate.squared_error(candidate_odds[1], invoices, late_invoices),
            intermediate.squared_error(candidate_odds[2], invoices, late_invoices),
            intermediate.squared_error(candidate_odds[3], invoices, late_invoices),
            intermediate.squared_error(candidate_odds[4], invoices, late_invoices),
            intermediate.squared_error(candidate_odds[5], invoices, late_invoices),
            intermediate.squared_error(candidate_odds[6], invoices, late_invoices)
        ] as errors
    from intermediate.late_payment_guesses
    group by organisation_id, known_from
),

by_candidate as (
    select
        organisation_id,
        known_from,
        coalesce(judged, 0) as judged,
        unnest(range(1, 7)) as candidate,
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
        arg_min(
            candidate,
            (error * case when candidate = 6 then 97 else 100 end, candidate <> 6, candidate)
        ) as best
    from so_far
    group by organisation_id, known_from
)

select
    organisation_id,
    known_from,
    judged_invoices,
    case when judged_invoices >= 30 then best else 1 end::integer as candidate,
    case when judged_invoices < 30 or best <= 3 then 180 else 730 end as half_life_days,
    (case when judged_invoices < 30 then 5 else [5, 1, 0.25][(best - 1) % 3 + 1] end)
        ::decimal(4, 2) as k
from chosen
