-- One row per contact, archived ones included. Merging in Xero archives the loser, which points at
-- the winner, and its old documents keep the loser's id: `canonical_contact_id` follows the
-- pointers to the survivor, so that a client is one client.
with recursive

contacts as (
    select * from raw.contacts
),

pointers as (
    select
        contacts.organisation_id,
        contacts.contact_id,
        contacts.merged_to_contact_id as target_id
    from contacts
    join contacts as targets
        on targets.organisation_id = contacts.organisation_id
        and targets.contact_id = contacts.merged_to_contact_id
        and targets.contact_id <> contacts.contact_id
),

chains as (
    select organisation_id, contact_id, target_id, 1 as steps
    from pointers
    union all
    select chains.organisation_id, chains.contact_id, pointers.target_id, chains.steps + 1
    from chains
    join pointers
        on pointers.organisation_id = chains.organisation_id
        and pointers.contact_id = chains.target_id
    -- Contacts that point at each other would be followed for ever.
    where chains.steps < 20
),

survivors as (
    select
        organisation_id,
        contact_id,
        arg_max(target_id, steps) as canonical_contact_id
    from chains
    group by organisation_id, contact_id
)

select
    contacts.organisation_id,
    contacts.contact_id,
    coalesce(survivors.canonical_contact_id, contacts.contact_id) as canonical_contact_id,
    coalesce(canonical.name, contacts.name) as canonical_name,
    contacts.merged_to_contact_id,
    contacts.name,
    contacts.first_name,
    contacts.last_name,
    contacts.email_address,
    contacts.website,
    list_transform(contacts.contact_persons, lambda p: p.email_address) as person_email_addresses,
    contacts.contact_number,
    contacts.account_number,
    contacts.tax_number,
    contacts.contact_status,
    contacts.default_currency,
    coalesce(contacts.is_customer, false) as is_customer,
    coalesce(contacts.is_supplier, false) as is_supplier,
    contacts.payment_terms.sales.day as sales_terms_day,
    contacts.payment_terms.sales.type as sales_terms_type,
    contacts.payment_terms.bills.day as bills_terms_day,
    contacts.payment_terms.bills.type as bills_terms_type,
    contacts.balances.accounts_receivable.outstanding as receivable_outstanding_base,
    contacts.balances.accounts_receivable.overdue as receivable_overdue_base,
    contacts.balances.accounts_payable.outstanding as payable_outstanding_base,
    contacts.balances.accounts_payable.overdue as payable_overdue_base,
    list_transform(contacts.contact_groups, lambda g: g.name) as contact_group_names,
    contacts.updated_date_utc,
    contacts._first_seen_at as first_seen_at,
    contacts._synced_at as synced_at,
    contacts._removed_at as removed_at,
    contacts._removed_at is not null as is_removed
from contacts
left join survivors
    on survivors.organisation_id = contacts.organisation_id
    and survivors.contact_id = contacts.contact_id
left join contacts as canonical
    on canonical.organisation_id = contacts.organisation_id
    and canonical.contact_id = survivors.canonical_contact_id
