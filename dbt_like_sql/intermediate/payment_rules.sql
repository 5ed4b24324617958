-- Which of the six candidates an organisation's own past speaks for, from the first of a month on:
-- the one with the least absolute error over invoices of the last two years that were paid before.
-- The past also chooses by chance: another candidate than number 3 (the contact's own long history)
-- must be better by 3 % to be taken. Until 30 forecasts can be judged it is number 1.
with

errors_by_month as (
    select
        organisation_id,
        (date_trunc('month', settled_date) + interval 1 month)::date as known_from,
        count(*) as judged,
        [
            sum(abs(candidate_delays[1] - delay_days)),
            sum(abs(candidate_delays[2] - delay_days)),
            sum(abs(candidate_delays[3] - delay_days)),
            sum(abs(candidate_delays[4] - delay_days)),
            sum(abs(candidate_delays[5] - delay_days)),
            sum(abs(candidate_delays[6] - delay_days))
        ] as errors
    from intermediate.payment_guesses
    group by all
),

by_candidate as (
    select
        organisation_id,
        known_from,
        judged,
        unnest(range(1, 7)) as candidate,
        unnest(errors) as error_days
    from errors_by_month
),

so_far as (
    select
        organisation_id,
        known_from,
        candidate,
        sum(judged) over months as judged,
        sum(error_days) over months as error_days
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
        any_value(judged)::integer as judged_forecasts,
        arg_min(
            candidate,
            (error_days * case when candidate = 3 then 97 else 100 end, candidate <> 3, candidate)
        ) as best
    from so_far
    group by organisation_id, known_from
)

select
    organisation_id,
    known_from,
    judged_forecasts,
    case when judged_forecasts >= 30 then best else 1 end::integer as candidate,
    case when judged_forecasts < 30 or best <= 3 then 48 else 6 end as latest_invoices,
    case when judged_forecasts < 30 then 5 else [5, 1, 0][(best - 1) % 3 + 1] end as k
from chosen
