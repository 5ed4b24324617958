-- The contacts of each client. A client is a contact that has been sold to: Xero calls it a
-- customer, a sales document names it, or it has recurring revenue. Contacts merged into it belong
-- to it, so that its key, the id of the contact that survived, stays when others join it.
with

contacts as (
    select
        organisation_id,
        contact_id,
        canonical_contact_id as client_key,
        name,
        email_address,
        person_email_addresses,
        website,
        is_customer,
        contact_status <> 'ACTIVE' or is_removed as is_archived
    from staging.contacts
),

-- Of a contact that was never read its documents tell the name.
sold_to as (
    select
        organisation_id,
        canonical_contact_id as client_key,
        arg_max(canonical_contact_name, (document_date, document_id)) as name,
        min(document_date) filter (where document_type = 'invoice' and is_live)
            as first_invoice_date,
        max(document_date) filter (where document_type = 'invoice' and is_live)
            as last_invoice_date
    from intermediate.documents
    where ledger = 'receivable' and canonical_contact_id is not null
    group by organisation_id, canonical_contact_id
),

clients as (
    select organisation_id, client_key from sold_to
    union
    select organisation_id, client_key from contacts where is_customer
    union
    select organisation_id, contact_id from intermediate.mrr_by_customer
),

members as (
    select
        clients.organisation_id,
        clients.client_key,
        coalesce(contacts.contact_id, clients.client_key) as contact_id,
        coalesce(contacts.name, sold_to.name, 'Unknown contact') as name,
        contacts.email_address,
        contacts.person_email_addresses,
        contacts.website,
        coalesce(contacts.is_archived, false) as is_archived,
        sold_to.first_invoice_date,
        sold_to.last_invoice_date
    from clients
    left join contacts
        on contacts.organisation_id = clients.organisation_id
        and contacts.client_key = clients.client_key
    left join sold_to
        on sold_to.organisation_id = clients.organisation_id
        and sold_to.client_key = clients.client_key
)

select
    organisation_id,
    client_key,
    contact_id,
    contact_id = client_key as is_survivor,
    name,
    intermediate.emails_in(
        concat_ws(' ', email_address, array_to_string(person_email_addresses, ' '))
    ) as emails,
    intermediate.web_domain(website) as website_domain,
    is_archived,
    first_invoice_date,
    last_invoice_date
from members
