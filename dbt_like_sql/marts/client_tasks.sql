with

organisations as (
    select organisation_id, short_code, base_currency, as_of_date from staging.organisations
),

events as (
    select
        organisation_id,
        task_id,
        min(occurred_at) filter (where event = 'created') as opened_at,
        arg_max(event, sequence) as last_event,
        max(occurred_at) filter (where event = 'closed') as last_closed_at,
        arg_max(closed_reason, sequence) filter (where event = 'closed') as last_closed_reason,
        count(*) filter (where event = 'reopened') as times_reopened,
        max(version) as version,
        arg_max(changed_fields, sequence) filter (where len(changed_fields) > 0)
            as changed_fields,
        max(occurred_at) as last_event_at
    from marts.client_task_events
    group by organisation_id, task_id
),

-- What the document says, or said when it was last a task.
contents as (
    select *
    from marts.client_task_history
    where document_state = 'live'
    qualify row_number() over (
        partition by organisation_id, task_id
        order by step desc
    ) = 1
),

sources as (
    select * from intermediate.task_sources
),

contacts as (
    select organisation_id, contact_id, canonical_contact_id, canonical_name
    from staging.contacts
),

accounts as (
    select organisation_id, account_id, name from staging.accounts
),

habits as (
    select organisation_id, contact_id, side, account_code, account_name, documents
    from intermediate.task_account_habits
),

tasks as (
    select
        contents.*,
        events.last_event <> 'closed' as is_open,
        events.opened_at,
        events.last_closed_at,
        events.last_closed_reason,
        events.times_reopened,
        events.last_event_at,
        events.changed_fields as last_changed_fields,
        sources.xero_type,
        sources.status as document_status,
        sources.side,
        sources.base_rate,
        sources.is_reconciled,
        sources.bank_account_id,
        sources.has_attachments,
        -- What Xero's API refuses to recode.
        case
            when sources.document_state <> 'live' then sources.document_state
            when sources.is_reconciled then 'reconciled'
            when ends_with(sources.xero_type, '-TRANSFER') then 'transfer'
            when ends_with(sources.xero_type, 'PAYMENT') then 'over_or_prepayment'
            when sources.is_allocated then 'allocated'
            when sources.is_period_locked then 'period_locked'
        end as recoding_obstacle
    from contents
    join events
        on events.organisation_id = contents.organisation_id
        and events.task_id = contents.task_id
    join sources
        on sources.organisation_id = contents.organisation_id
        and sources.document_type = contents.document_type
        and sources.document_id = contents.document_id
)

select
    tasks.task_id,
    tasks.organisation_id,
    tasks.document_type,
    tasks.document_id,
    tasks.xero_type,
    case when tasks.is_open then 'open' else 'closed' end as state,
    case when not tasks.is_open then tasks.last_closed_reason end as closed_reason,
    tasks.opened_at,
    case when not tasks.is_open then tasks.last_closed_at end as closed_at,
    tasks.times_reopened,
    tasks.last_event_at,
    tasks.version,
    tasks.last_changed_fields as changed_fields,
    tasks.document_date,
    tasks.document_number,
    tasks.reference,
    tasks.document_status,
    coalesce(contacts.canonical_contact_id, tasks.contact_id) as contact_id,
    contacts.canonical_name as contact_name,
    tasks.matched_lines[1].description as description,
    list_distinct(list_transform(tasks.matched_lines, lambda line: line.account_code))
        as matched_account_codes,
    len(tasks.matched_lines) as matched_lines,
    tasks.currency_code,
    tasks.total as amount,
    intermediate.to_base(tasks.total, tasks.base_rate) as amount_base,
    list_sum(list_transform(tasks.matched_lines, lambda line: line.net_amount + line.tax_amount))
        ::decimal(18, 2) as matched_amount,
    tasks.base_rate is null as is_rate_missing,
    bank_accounts.name as bank_account_name,
    tasks.is_reconciled,
    tasks.recoding_obstacle is null as can_be_recoded,
    tasks.recoding_obstacle,
    tasks.has_attachments,
    (organisations.as_of_date - tasks.document_date)::integer as age_days,
    habits.account_code as suggested_account_code,
    habits.account_name as suggested_account_name,
    habits.documents as suggested_by_documents,
    intermediate.deep_link(
        organisations.short_code,
        intermediate.task_path(tasks.document_type, tasks.xero_type, tasks.document_id)
    ) as deep_link
from tasks
join organisations
    on organisations.organisation_id = tasks.organisation_id
left join contacts
    on contacts.organisation_id = tasks.organisation_id
    and contacts.contact_id = tasks.contact_id
left join accounts as bank_accounts
    on bank_accounts.organisation_id = tasks.organisation_id
    and bank_accounts.account_id = tasks.bank_account_id
left join habits
    on habits.organisation_id = tasks.organisation_id
    and habits.contact_id = contacts.canonical_contact_id
    and habits.side = tasks.side
