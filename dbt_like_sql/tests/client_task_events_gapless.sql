select
    organisation_id,
    count(*) as expected,
    max(sequence) as actual,
    max(sequence) - count(*) as variance
from marts.client_task_events
group by organisation_id
having max(sequence) <> count(*)
    or min(sequence) <> 1
