-- The last day of the history is today's aging, bucket by bucket.
select
    summary.organisation_id,
    summary.bucket,
    summary.amount_due_base as expected,
    history.amount_due_base as actual,
    history.amount_due_base - summary.amount_due_base as variance
from marts.ar_aging_summary as summary
join marts.ar_aging_history as history
    on history.organisation_id = summary.organisation_id
    and history.as_of_date = summary.as_of_date
    and history.bucket = summary.bucket
where history.amount_due_base <> summary.amount_due_base
