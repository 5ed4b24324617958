-- The account that a contact's documents are coded to most often, apart from the watched ones: the
-- last 12 months, purchases and sales each for themselves.
with

organisations as (
    select organisation_id, as_of_date from staging.organisations
),

contacts as (
    select organisation_id, contact_id, canonical_contact_id from staging.contacts
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

uses as (
    select distinct
        sources.organisation_id,
        contacts.canonical_contact_id as contact_id,
        sources.side,
        lines.account_id,
        sources.document_id,
        sources.document_date
    from intermediate.task_source_lines as lines
    join intermediate.task_sources as sources
        on sources.organisation_id = lines.organisation_id
        and sources.endpoint = lines.endpoint
        and sources.document_id = lines.document_id
    join organisations
        on organisations.organisation_id = sources.organisation_id
    join contacts
        on contacts.organisation_id = sources.organisation_id
        and contacts.contact_id = sources.contact_id
    anti join intermediate.task_accounts as watched
        on watched.organisation_id = lines.organisation_id
        and watched.account_id = lines.account_id
    where sources.document_state = 'live'
        and sources.side is not null
        and sources.document_date > organisations.as_of_date - interval 12 month
        and sources.document_date <= organisations.as_of_date
),

counted as (
    select
        organisation_id,
        contact_id,
        side,
        account_id,
        count(*) as documents,
        max(document_date) as last_used_on
    from uses
    group by organisation_id, contact_id, side, account_id
)

select
    counted.organisation_id,
    counted.contact_id,
    counted.side,
    counted.account_id,
    codable_accounts.code as account_code,
    codable_accounts.name as account_name,
    counted.documents,
    counted.last_used_on
from counted
join codable_accounts
    on codable_accounts.organisation_id = counted.organisation_id
    and codable_accounts.account_id = counted.account_id
qualify row_number() over (
    partition by counted.organisation_id, counted.contact_id, counted.side
    order by counted.documents desc, counted.last_used_on desc, codable_accounts.code
) = 1
