-- The last day of the history is today's aging, bucket by bucket, by due date and by document date.
with

compared as (
    select
        summary.organisation_id,
        summary.bucket,
        unnest(['due date', 'document date']) as counted_from,
        unnest([summary.amount_due_base, summary.amount_due_base_by_document_date]) as expected,
        unnest([history.amount_due_base, history.amount_due_base_by_document_date]) as actual
    from marts.ap_aging_summary as summary
    join marts.ap_aging_history as history
        on history.organisation_id = summary.organisation_id
        and history.as_of_date = summary.as_of_date
        and history.bucket = summary.bucket
)

select organisation_id, bucket, counted_from, expected, actual, actual - expected as variance
from compared
where actual <> expected
