-- Each contact's open documents without prepayments, and the invoices past due among them, against
-- the balances that Xero keeps on the contact; in base currency, by the contact of the document.
-- Left out: balances read before the contact's documents last changed, or on an earlier day.
with

balances as (
    select
        contacts.organisation_id,
        contacts.contact_id,
        contacts.name,
        contacts.payable_outstanding_base as outstanding,
        contacts.payable_overdue_base as overdue,
        (
            contacts.synced_at at time zone 'UTC' at time zone organisations.iana_timezone
        )::date = organisations.as_of_date as is_of_today
    from staging.contacts as contacts
    join staging.organisations as organisations
        on organisations.organisation_id = contacts.organisation_id
    left join intermediate.documents_changed as changed
        on changed.organisation_id = contacts.organisation_id
        and changed.contact_id = contacts.contact_id
    where contacts.payable_outstanding_base is not null
        and coalesce(changed.last_changed_at <= contacts.synced_at, true)
),

parts as (
    select
        organisation_id,
        contact_id,
        amount_due_base as outstanding,
        case
            when document_type = 'invoice' and due_date < as_of_date then amount_due_base else 0
        end as overdue
    from marts.ap_aging_documents
    where document_type <> 'prepayment'
    union all
    -- Later settlements of an overdue invoice lessen what Xero shows as overdue, too.
    select
        later.organisation_id,
        later.contact_id,
        later.amount_base,
        case
            when later.document_type = 'invoice' and documents.due_date < organisations.as_of_date
                then later.amount_base
            else 0
        end
    from intermediate.after_as_of as later
    join intermediate.documents as documents
        on documents.organisation_id = later.organisation_id
        and documents.document_id = later.document_id
    join staging.organisations as organisations
        on organisations.organisation_id = later.organisation_id
    where later.ledger = 'payable' and later.document_type <> 'prepayment'
),

ours as (
    select
        organisation_id,
        contact_id,
        sum(outstanding) as outstanding,
        sum(overdue) as overdue
    from parts
    group by organisation_id, contact_id
),

compared as (
    select
        balances.organisation_id,
        balances.contact_id,
        balances.name,
        'outstanding' as figure,
        balances.outstanding as expected,
        coalesce(ours.outstanding, 0) as actual
    from balances
    left join ours
        on ours.organisation_id = balances.organisation_id
        and ours.contact_id = balances.contact_id
    union all
    select
        balances.organisation_id,
        balances.contact_id,
        balances.name,
        'overdue',
        balances.overdue,
        coalesce(ours.overdue, 0)
    from balances
    left join ours
        on ours.organisation_id = balances.organisation_id
        and ours.contact_id = balances.contact_id
    where balances.is_of_today
)

select *, actual - expected as variance
from compared
where actual <> expected
