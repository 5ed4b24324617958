-- The clients, with what they are known by in other systems.
with

known_by as (
    select
        organisation_id,
        client_key,
        list(alias order by alias) filter (where alias_type = 'email') as emails,
        list(alias order by alias) filter (where alias_type = 'domain') as domains
    from marts.client_aliases
    group by organisation_id, client_key
),

-- Its own e-mail address says more than its website or the address of a contact merged into it.
main_domains as (
    select
        aliases.organisation_id,
        aliases.client_key,
        min(aliases.alias) as domain
    from marts.client_aliases as aliases
    join intermediate.client_contacts as contacts
        on contacts.organisation_id = aliases.organisation_id
        and contacts.contact_id = aliases.client_key
        and list_contains(
            list_transform(contacts.emails, lambda email: intermediate.web_domain(email)),
            aliases.alias
        )
    where aliases.alias_type = 'domain'
    group by aliases.organisation_id, aliases.client_key
),

clients as (
    select
        organisation_id,
        client_key,
        any_value(name) filter (where is_survivor) as client_name,
        bool_or(is_archived) filter (where is_survivor) as is_archived,
        list(contact_id order by contact_id) as contact_ids,
        min(first_invoice_date) as first_invoice_date,
        max(last_invoice_date) as last_invoice_date
    from intermediate.client_contacts
    group by organisation_id, client_key
)

select
    clients.organisation_id,
    clients.client_key,
    clients.client_name,
    intermediate.name_key(clients.client_name) as name_key,
    coalesce(main_domains.domain, known_by.domains[1]) as email_domain,
    coalesce(known_by.emails, []) as emails,
    coalesce(known_by.domains, []) as domains,
    clients.contact_ids,
    clients.is_archived,
    clients.first_invoice_date,
    clients.last_invoice_date
from clients
left join known_by
    on known_by.organisation_id = clients.organisation_id
    and known_by.client_key = clients.client_key
left join main_domains
    on main_domains.organisation_id = clients.organisation_id
    and main_domains.client_key = clients.client_key
