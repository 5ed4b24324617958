with

numbered as (
    select
        *,
        row_number() over (
            partition by organisation_id, document_type, document_id
            order by valid_from, valid_to nulls last
        ) as document_step
    from snapshots.task_documents
),

-- A document becomes a task with the first version that the look-back or its newness asks for; from
-- then on it stays one, whatever its age.
begun as (
    select
        *,
        intermediate.task_id(organisation_id, document_type, document_id) as task_id,
        intermediate.task_contents_of(
            document_date, total, currency_code, contact_id, document_number, reference, lines_hash
        ) as contents,
        min(document_step) filter (where is_wanted) over (
            partition by organisation_id, document_type, document_id
        ) as first_step
    from numbered
    qualify document_step >= first_step
),

-- Contents are compared from one open span to the next: what a voided document says is nobody's
-- task.
compared as (
    select
        *,
        case
            when document_state = 'live' and document_step > first_step
                then intermediate.task_changes(lag(contents) over earlier, contents)
            else []
        end as changed_fields
    from begun
    window earlier as (
        partition by organisation_id, document_type, document_id, document_state = 'live'
        order by document_step
    )
),

versions as (
    select organisation_id, task_id, occurred_at, max(version) as version
    from snapshots.task_events
    where event in ('created', 'updated', 'reopened')
    group by organisation_id, task_id, occurred_at
)

select
    compared.organisation_id,
    compared.task_id,
    compared.document_type,
    compared.document_id,
    compared.document_step - compared.first_step + 1 as step,
    compared.valid_from,
    compared.valid_to,
    compared.document_state,
    coalesce(versions.version, 1) as version,
    compared.changed_fields,
    compared.document_date,
    compared.contact_id,
    compared.document_number,
    compared.reference,
    compared.total,
    compared.currency_code,
    compared.matched_lines
from compared
asof left join versions
    on versions.organisation_id = compared.organisation_id
    and versions.task_id = compared.task_id
    and versions.occurred_at <= compared.valid_from
