-- Every document that ever lay live on a watched account, as it was when it last did: now, or before
-- it left.
with

spans as (
    select
        *,
        min(valid_from) filter (where is_wanted) over (
            partition by organisation_id, document_type, document_id
        ) as wanted_at
    from snapshots.task_documents
)

select
    organisation_id,
    intermediate.task_id(organisation_id, document_type, document_id) as task_id,
    document_type,
    document_id,
    wanted_at,
    valid_from,
    valid_to is null as is_on_watched_account,
    intermediate.task_contents_of(
        document_date, total, currency_code, contact_id, document_number, reference, lines_hash
    ) as contents,
    contents_hash,
    matched_lines
from spans
where document_state = 'live'
qualify row_number() over (
    partition by organisation_id, document_type, document_id
    order by valid_from desc, valid_to desc nulls first
) = 1
