-- Each contact's open documents without prepayments against the outstanding balance that Xero keeps
-- on the contact; in base currency, by the contact of the document. Left out: balances that were
-- read before the contact's documents last changed, as Xero does not announce that balances change.
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
        contacts.payable_outstanding_base as amount
    from staging.contacts as contacts
    left join last_changes
        on last_changes.organisation_id = contacts.organisation_id
        and last_changes.contact_id = contacts.contact_id
    where contacts.payable_outstanding_base is not null
        and coalesce(last_changes.last_changed_at <= contacts.synced_at, true)
),

parts as (
    select organisation_id, contact_id, amount_due_base
    from marts.ap_aging_documents
    where document_type <> 'prepayment'
    union all
    select organisation_id, contact_id, amount_base
    from intermediate.after_as_of
    where ledger = 'payable' and document_type <> 'prepayment'
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
