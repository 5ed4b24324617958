with

-- The lines that made the task; of a document that left the watched accounts, as they were before.
contents as (
    select
        organisation_id,
        task_id,
        endpoint,
        document_id,
        side,
        base_rate,
        contents.currency_code as currency_code,
        contents.contact_id as contact_id,
        unnest(matched_lines) as line
    from intermediate.task_latest
    -- Whatever is not in Xero any more has no lines.
    where document_state_now is not null
),

current_lines as (
    select organisation_id, endpoint, document_id, line_number, line_item_id, account_id
    from intermediate.task_candidate_lines
),

accounts as (
    select organisation_id, account_id, name from staging.accounts
),

contacts as (
    select organisation_id, contact_id, canonical_contact_id from staging.contacts
),

habits as (
    select * from intermediate.task_account_habits
)

select
    contents.organisation_id,
    contents.task_id,
    contents.line.line_number as line_number,
    current_lines.line_item_id,
    contents.line.account_id as account_id,
    contents.line.account_code as account_code,
    accounts.name as account_name,
    contents.line.description as description,
    contents.line.quantity as quantity,
    contents.currency_code,
    contents.line.net_amount as net_amount,
    contents.line.tax_amount as tax_amount,
    intermediate.to_base(contents.line.net_amount, contents.base_rate) as net_amount_base,
    -- What the same words were coded to says more than what the contact usually is.
    coalesce(by_text.account_id, by_contact.account_id) as suggested_account_id,
    case when by_text.account_id is null then by_contact.account_code else by_text.account_code end
        as suggested_account_code,
    case when by_text.account_id is null then by_contact.account_name else by_text.account_name end
        as suggested_account_name,
    case
        when by_text.account_id is not null then 'line_text'
        when by_contact.account_id is not null then 'contact'
    end as suggested_by,
    coalesce(by_text.documents, by_contact.documents) as suggested_by_documents
from contents
left join current_lines
    on current_lines.organisation_id = contents.organisation_id
    and current_lines.endpoint = contents.endpoint
    and current_lines.document_id = contents.document_id
    and current_lines.line_number = contents.line.line_number
    and current_lines.account_id = contents.line.account_id
left join accounts
    on accounts.organisation_id = contents.organisation_id
    and accounts.account_id = contents.line.account_id
left join contacts
    on contacts.organisation_id = contents.organisation_id
    and contacts.contact_id = contents.contact_id
left join habits as by_text
    on by_text.organisation_id = contents.organisation_id
    and by_text.contact_id = contacts.canonical_contact_id
    and by_text.side = contents.side
    and by_text.line_text = intermediate.cadence_text(contents.line.description)
left join habits as by_contact
    on by_contact.organisation_id = contents.organisation_id
    and by_contact.contact_id = contacts.canonical_contact_id
    and by_contact.side = contents.side
    and by_contact.line_text is null
