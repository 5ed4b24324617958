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

sources as materialized (
    select sources.*
    from intermediate.task_sources as sources
    semi join watched_lines
        on watched_lines.organisation_id = sources.organisation_id
        and watched_lines.endpoint = sources.endpoint
        and watched_lines.document_id = sources.document_id
),

matched_lines as (
    select
        watched_lines.*,
        sources.document_state = 'live'
        and coalesce(
            sources.document_date >= watched_lines.dated_from
            or sources.first_seen_at > watched_lines.first_synced_at,
            false
        ) as is_wanted
    from watched_lines
    join sources
        on sources.organisation_id = watched_lines.organisation_id
        and sources.endpoint = watched_lines.endpoint
        and sources.document_id = watched_lines.document_id
    -- Transfers between own accounts are asked about only where their type is named.
    where list_contains(watched_lines.document_types, sources.xero_type)
        or (
            watched_lines.document_types is null
            and not ends_with(sources.xero_type, '-TRANSFER')
        )
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
),

-- Line ids are left out: Xero gives new ones to lines that say the same.
contents as (
    select
        lines.organisation_id,
        lines.endpoint,
        lines.document_id,
        md5(string_agg(
            concat_ws(
                chr(31),
                lines.line_number,
                coalesce(lines.account_id::varchar, ''),
                coalesce(lines.description, ''),
                coalesce(lines.quantity::varchar, ''),
                coalesce(lines.line_amount::varchar, ''),
                lines.tax_amount
            ),
            chr(30) order by lines.line_number
        )) as lines_hash
    from intermediate.task_candidate_lines as lines
    semi join matches
        on matches.organisation_id = lines.organisation_id
        and matches.endpoint = lines.endpoint
        and matches.document_id = lines.document_id
    group by lines.organisation_id, lines.endpoint, lines.document_id
)

select
    sources.organisation_id,
    sources.document_type,
    sources.document_id,
    sources.document_state,
    matches.is_wanted,
    sources.document_date,
    sources.contact_id,
    sources.document_number,
    sources.reference,
    coalesce(sources.total, matches.matched_amount)::decimal(18, 2) as total,
    sources.currency_code,
    contents.lines_hash,
    matches.matched_lines
from matches
join contents
    on contents.organisation_id = matches.organisation_id
    and contents.endpoint = matches.endpoint
    and contents.document_id = matches.document_id
join sources
    on sources.organisation_id = matches.organisation_id
    and sources.endpoint = matches.endpoint
    and sources.document_id = matches.document_id
