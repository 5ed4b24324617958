with

organisations as (
    select organisation_id, short_code, base_currency, as_of_date from staging.organisations
),

-- The event that left the task in the state in which it is; edits of the document leave it there.
turns as (
    select organisation_id, task_id, event, reopened_reason, actor, note
    from snapshots.task_events
    where event <> 'updated'
    qualify row_number() over (partition by organisation_id, task_id order by sequence desc) = 1
),

lives as (
    select
        organisation_id,
        task_id,
        min(occurred_at) as opened_at,
        arg_max(occurred_at, sequence) filter (where event = 'closed') as last_closed_at,
        arg_max(actor, sequence) filter (where event = 'closed') as last_closed_by,
        arg_max(reopened_reason, sequence) filter (where reopened_reason is not null)
            as last_reopened_reason,
        count(*) filter (where event = 'reopened') as times_reopened,
        arg_max(changed_fields, sequence) filter (where len(changed_fields) > 0)
            as changed_fields
    from snapshots.task_events
    group by organisation_id, task_id
),

contacts as (
    select organisation_id, contact_id, canonical_contact_id from staging.contacts
),

survivors as (
    select organisation_id, contact_id, name, email_address from staging.contacts
),

accounts as (
    select organisation_id, account_id, name from staging.accounts
),

habits as (
    select * from intermediate.task_account_habits where line_text is null
),

tasks as (
    select
        latest.*,
        latest.contents.contact_id as contact_id,
        latest.contents.currency_code as currency_code,
        latest.contents.document_date as document_date,
        list_sum(
            list_transform(latest.matched_lines, lambda line: line.net_amount + line.tax_amount)
        )::decimal(18, 2) as matched_amount,
        -- What Xero's API refuses to recode.
        case
            when latest.document_state_now is null then 'deleted'
            when latest.document_state_now <> 'live' then latest.document_state_now
            when latest.is_reconciled then 'reconciled'
            when ends_with(latest.xero_type, '-TRANSFER') then 'transfer'
            when ends_with(latest.xero_type, 'PAYMENT') then 'over_or_prepayment'
            when latest.is_allocated then 'allocated'
            when latest.is_period_locked then 'period_locked'
            when not latest.is_on_watched_account then 'off_account'
        end as recoding_obstacle
    from intermediate.task_latest as latest
)

select
    tasks.task_id,
    tasks.organisation_id,
    tasks.document_type,
    tasks.document_id,
    tasks.xero_type,
    tasks.state,
    tasks.closed_reason,
    tasks.answer_state,
    tasks.answer_id,
    case when tasks.state = 'open'
        then intermediate.task_open_reason(
            turns.event,
            turns.reopened_reason,
            turns.actor,
            turns.note,
            intermediate.task_recoding_note(tasks.recoding_obstacle)
        ) end as open_reason,
    case when tasks.state <> 'closed' then lives.last_reopened_reason end as reopened_reason,
    lives.opened_at,
    case when tasks.state = 'closed' then lives.last_closed_at end as closed_at,
    case when tasks.state = 'closed' then lives.last_closed_by end as closed_by,
    lives.times_reopened,
    tasks.occurred_at as last_event_at,
    tasks.sequence as last_sequence,
    tasks.version,
    lives.changed_fields,
    tasks.contents_hash,
    tasks.document_date,
    tasks.contents.document_number as document_number,
    tasks.contents.reference as reference,
    tasks.document_status,
    coalesce(contacts.canonical_contact_id, tasks.contact_id) as contact_id,
    survivors.name as contact_name,
    nullif(survivors.email_address, '') as contact_email,
    tasks.matched_lines[1].description as description,
    list_distinct(list_transform(tasks.matched_lines, lambda line: line.account_code))
        as matched_account_codes,
    len(tasks.matched_lines) as matched_lines,
    tasks.currency_code,
    coalesce(tasks.contents.total, tasks.matched_amount) as amount,
    intermediate.to_base(coalesce(tasks.contents.total, tasks.matched_amount), tasks.base_rate)
        as amount_base,
    tasks.matched_amount,
    intermediate.to_base(tasks.matched_amount, tasks.base_rate) as matched_amount_base,
    organisations.base_currency,
    tasks.base_rate is null as is_rate_missing,
    bank_accounts.name as bank_account_name,
    tasks.is_reconciled,
    tasks.recoding_obstacle is null as can_be_recoded,
    tasks.recoding_obstacle,
    intermediate.task_recoding_note(tasks.recoding_obstacle) as recoding_note,
    coalesce(tasks.has_attachments, false) as has_attachments,
    (organisations.as_of_date - tasks.document_date)::integer as age_days,
    habits.account_id as suggested_account_id,
    habits.account_code as suggested_account_code,
    habits.account_name as suggested_account_name,
    habits.documents as suggested_by_documents,
    habits.share as suggested_share,
    habits.last_used_on as suggested_last_date,
    habits.document_ids as suggested_document_ids,
    intermediate.deep_link(
        organisations.short_code,
        intermediate.task_path(tasks.document_type, tasks.xero_type, tasks.document_id)
    ) as deep_link
from tasks
join lives
    on lives.organisation_id = tasks.organisation_id
    and lives.task_id = tasks.task_id
join turns
    on turns.organisation_id = tasks.organisation_id
    and turns.task_id = tasks.task_id
join organisations
    on organisations.organisation_id = tasks.organisation_id
left join contacts
    on contacts.organisation_id = tasks.organisation_id
    and contacts.contact_id = tasks.contact_id
left join survivors
    on survivors.organisation_id = tasks.organisation_id
    and survivors.contact_id = contacts.canonical_contact_id
left join accounts as bank_accounts
    on bank_accounts.organisation_id = tasks.organisation_id
    and bank_accounts.account_id = tasks.bank_account_id
left join habits
    on habits.organisation_id = tasks.organisation_id
    and habits.contact_id = contacts.canonical_contact_id
    and habits.side = tasks.side
