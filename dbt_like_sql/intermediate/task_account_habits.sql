-- The account that a contact's documents are coded to most often, apart from the watched ones: the
-- last 12 months, purchases and sales each for themselves. Once for all that a contact's documents
-- say (line_text is NULL), and once for each wording of their lines, dates and numbers aside.
with

organisations as (
    select organisation_id, as_of_date from staging.organisations
),

contacts as (
    select organisation_id, contact_id, canonical_contact_id from staging.contacts
),

-- Only those are looked up whose documents somebody asks about.
asked_about as (
    select distinct contacts.organisation_id, contacts.canonical_contact_id
    from intermediate.task_latest as latest
    join contacts
        on contacts.organisation_id = latest.organisation_id
        and contacts.contact_id = latest.contents.contact_id
),

-- Accounts that a line can be coded to by hand.
codable_accounts as (
    select organisation_id, account_id, code, name
    from staging.accounts
    where status = 'ACTIVE'
        and not is_removed
        and not is_bank_account
        and system_account is null
),

documents as (
    select
        sources.organisation_id,
        sources.endpoint,
        sources.document_id,
        sources.document_date,
        sources.side,
        contacts.canonical_contact_id as contact_id
    from intermediate.task_sources as sources
    join organisations
        on organisations.organisation_id = sources.organisation_id
    join contacts
        on contacts.organisation_id = sources.organisation_id
        and contacts.contact_id = sources.contact_id
    semi join asked_about
        on asked_about.organisation_id = contacts.organisation_id
        and asked_about.canonical_contact_id = contacts.canonical_contact_id
    where sources.document_state = 'live'
        and sources.side is not null
        and sources.document_date > organisations.as_of_date - interval 12 month
        and sources.document_date <= organisations.as_of_date
),

lines as (
    select
        documents.organisation_id,
        documents.contact_id,
        documents.side,
        documents.document_id,
        documents.document_date,
        lines.account_id,
        nullif(intermediate.cadence_text(lines.description), '') as line_text
    from intermediate.task_source_lines as lines
    join documents
        on documents.organisation_id = lines.organisation_id
        and documents.endpoint = lines.endpoint
        and documents.document_id = lines.document_id
    semi join codable_accounts
        on codable_accounts.organisation_id = lines.organisation_id
        and codable_accounts.account_id = lines.account_id
    anti join intermediate.task_accounts as watched
        on watched.organisation_id = lines.organisation_id
        and watched.account_id = lines.account_id
),

uses as (
    select distinct * from lines where line_text is not null
    union all
    select distinct * replace (null as line_text) from lines
),

counted as (
    select
        organisation_id,
        contact_id,
        side,
        line_text,
        account_id,
        count(*) as documents,
        max(document_date) as last_used_on,
        list(document_id order by document_date desc, document_id)[1:10] as document_ids
    from uses
    group by organisation_id, contact_id, side, line_text, account_id
),

-- A document whose lines are on two accounts counts for both of them: a share is of all uses.
shared as (
    select
        *,
        documents / sum(documents) over (
            partition by organisation_id, contact_id, side, line_text
        ) as share
    from counted
)

select
    shared.organisation_id,
    shared.contact_id,
    shared.side,
    shared.line_text,
    shared.account_id,
    codable_accounts.code as account_code,
    codable_accounts.name as account_name,
    shared.documents,
    shared.share,
    shared.last_used_on,
    shared.document_ids
from shared
join codable_accounts
    on codable_accounts.organisation_id = shared.organisation_id
    and codable_accounts.account_id = shared.account_id
qualify row_number() over (
    partition by shared.organisation_id, shared.contact_id, shared.side, shared.line_text
    order by
        shared.documents desc, shared.last_used_on desc, codable_accounts.code, shared.account_id
) = 1
