with

numbered as (
    select
        *,
        document_state = 'live' as is_open,
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
            when is_open and document_step > first_step
                then list_filter(
                    [
                        case when document_date is distinct from lag(document_date) over earlier
                            then 'date' end,
                        case when total is distinct from lag(total) over earlier
                            then 'total' end,
                        case when currency_code is distinct from lag(currency_code) over earlier
                            then 'currency' end,
                        case when contact_id is distinct from lag(contact_id) over earlier
                            then 'contact' end,
                        case when lines_hash is distinct from lag(lines_hash) over earlier
                            then 'lines' end,
                        case when (document_number, reference)
                            is distinct from lag((document_number, reference)) over earlier
                            then 'reference' end
                    ],
                    lambda field: field is not null
                )
            else []
        end as changed_fields
    from begun
    window earlier as (
        partition by organisation_id, document_type, document_id, is_open
        order by document_step
    )
)

select
    organisation_id,
    intermediate.task_id(organisation_id, document_type, document_id) as task_id,
    document_type,
    document_id,
    document_step - first_step + 1 as step,
    valid_from,
    valid_to,
    document_state,
    1 + count(*) filter (where len(changed_fields) > 0) over (
        partition by organisation_id, document_type, document_id
        order by document_step
    ) as version,
    changed_fields,
    document_date,
    contact_id,
    document_number,
    reference,
    total,
    currency_code,
    matched_lines
from compared
