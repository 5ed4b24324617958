-- What each of those documents says now, and in which state it is.
with

-- Line ids are left out: Xero gives new ones to lines that say the same.
lines as (
    select
        organisation_id,
        endpoint,
        document_id,
        md5(string_agg(
            concat_ws(
                chr(31),
                line_number,
                coalesce(account_id::varchar, ''),
                coalesce(description, ''),
                coalesce(quantity::varchar, ''),
                coalesce(line_amount::varchar, ''),
                tax_amount
            ),
            chr(30) order by line_number
        )) as lines_hash
    from intermediate.task_candidate_lines
    group by organisation_id, endpoint, document_id
),

documents as (
    select
        sources.organisation_id,
        sources.endpoint,
        sources.document_type,
        sources.document_id,
        sources.xero_type,
        sources.document_state,
        sources.first_seen_at,
        intermediate.task_contents_of(
            sources.document_date,
            sources.total,
            sources.currency_code,
            sources.contact_id,
            sources.document_number,
            sources.reference,
            lines.lines_hash
        ) as contents
    from intermediate.task_sources as sources
    join lines
        on lines.organisation_id = sources.organisation_id
        and lines.endpoint = sources.endpoint
        and lines.document_id = sources.document_id
)

select
    *,
    intermediate.task_contents_hash(contents) as contents_hash
from documents
