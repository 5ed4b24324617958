-- Each contact's bills past due against the overdue balance that Xero keeps on the contact, where
-- that was read today and after the contact's documents last changed. A variance is mostly a due
-- date that somebody moved: Xero does not announce that, so a full listing (sync --full) mends it.
with

last_changes as (
    select organisation_id, contact_id, max(last_changed_at) as last_changed_at
    from intermediate.document_changes
    group by organisation_id, contact_id
),

balances as (
    select
        contacts.organisation_id,
        contacts.contact_id,
        contacts.name,
        contacts.payable_overdue_base as amount
    from staging.contacts as contacts
    join staging.organisations as organisations
        on organisations.organisation_id = contacts.organisation_id
        and organisations.as_of_date = (
            contacts.synced_at at time zone 'UTC' at time zone organisations.iana_timezone
        )::date
    left join last_changes
        on last_changes.organisation_id = contacts.organisation_id
        and last_changes.contact_id = contacts.contact_id
    where contacts.payable_overdue_base is not null
        and coalesce(last_changes.last_changed_at <= contacts.synced_at, true)
),

parts as (
    select organisation_id, contact_id, amount_due_base
    from marts.ap_aging_documents
    where document_type = 'invoice' and due_date < as_of_date
    union all
    -- Xero takes off what will settle an overdue document later, too.
    select later.organisation_id, later.contact_id, later.amount_base
    from intermediate.after_as_of as later
    join intermediate.documents as documents
        on documents.organisation_id = later.organisation_id
        and documents.document_id = later.document_id
    join staging.organisations as organisations
        on organisations.organisation_id = later.organisation_id
        and documents.due_date < organisations.as_of_date
    where later.ledger = 'payable' and later.document_type = 'invoice'
),

ours as (
    select organisation_id, contact_id, sum(amount_due_base) as amount
    from parts
    group by organisation_id, contact_id
)

select
    balances.organisation_id,
    balances.contact_id,
    balances.name,
    balances.amount as expected,
    coalesce(ours.amount, 0) as actual,
    coalesce(ours.amount, 0) - balances.amount as variance
from balances
left join ours
    on ours.organisation_id = balances.organisation_id
    and ours.contact_id = balances.contact_id
where coalesce(ours.amount, 0) <> balances.amount
