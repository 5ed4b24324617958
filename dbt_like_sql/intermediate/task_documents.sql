-- Every document with a line on a watched account now. Voided and deleted documents keep their
-- lines at Xero and stay in here with their state, so that history can say why a task closed.
with

accounts as (
    select organisation_id, account_id, account_code, document_types, selected_at, dated_from
    from intermediate.task_accounts
),

-- What the first sync after the selection brings is old, however new it is to us.
first_syncs as (
    select
        accounts.organisation_id,
        accounts.account_id,
        syncs.endpoint,
        min(syncs.started_at) as first_synced_at
    from accounts
    join ops.syncs as syncs
        on syncs.organisation_id = accounts.organisation_id
        and syncs.started_at >= accounts.selected_at
    group by accounts.organisation_id, accounts.account_id, syncs.endpoint
),

watched_lines as materialized (
    select
        lines.*,
        accounts.account_code as watched_account_code,
        accounts.document_types,
        accounts.dated_from,
        first_syncs.first_synced_at
    from intermediate.task_candidate_lines as lines
    join accounts
        on accounts.organisation_id = lines.organisation_id
        and accounts.account_id = lines.account_id
    left join first_syncs
        on first_syncs.organisation_id = lines.organisation_id
        and first_syncs.account_id = lines.account_id
        and first_syncs.endpoint = lines.endpoint
),

matched_lines as (
    select
        watched_lines.*,
        documents.document_state = 'live'
        and coalesce(
            documents.contents.document_date >= watched_lines.dated_from
            or documents.first_seen_at > watched_lines.first_synced_at,
            false
        ) as is_wanted
    from watched_lines
    join intermediate.task_contents as documents
        on documents.organisation_id = watched_lines.organisation_id
        and documents.endpoint = watched_lines.endpoint
        and documents.document_id = watched_lines.document_id
    where intermediate.task_type_is_watched(watched_lines.document_types, documents.xero_type)
),

matches as (
    select
        organisation_id,
        endpoint,
        document_id,
        bool_or(is_wanted) as is_wanted,
        sum(net_amount + tax_amount) as matched_amount,
        list(
            {
                'line_number': line_number,
                'account_id': account_id,
                'account_code': watched_account_code,
                'description': description,
                'quantity': quantity,
                'line_amount': line_amount,
                'tax_amount': tax_amount,
                'net_amount': net_amount
            } order by line_number
        ) as matched_lines
    from matched_lines
    group by organisation_id, endpoint, document_id
)

select
    documents.organisation_id,
    documents.document_type,
    documents.document_id,
    documents.document_state,
    matches.is_wanted,
    documents.contents.document_date as document_date,
    documents.contents.contact_id as contact_id,
    documents.contents.document_number as document_number,
    documents.contents.reference as reference,
    coalesce(documents.contents.total, matches.matched_amount)::decimal(18, 2) as total,
    documents.contents.currency_code as currency_code,
    documents.contents.lines_hash as lines_hash,
    documents.contents_hash,
    matches.matched_lines
from matches
join intermediate.task_contents as documents
    on documents.organisation_id = matches.organisation_id
    and documents.endpoint = matches.endpoint
    and documents.document_id = matches.document_id
