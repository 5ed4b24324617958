-- What leads to a client, one row per contact and alias: its id, e-mail addresses, domains, names.
with

contacts as (
    select organisation_id, client_key, contact_id, is_survivor, name, emails, website_domain
    from intermediate.client_contacts
),

emails as (
    select organisation_id, client_key, contact_id, is_survivor, unnest(emails) as email
    from contacts
),

-- A domain that many strangers share says nothing, nor does our own staff's.
shared_domains as (
    select organisations.organisation_id, lower(trim(free.domain::varchar)) as domain
    from seeds.free_mail_domains as free
    cross join staging.organisations as organisations
    union
    select organisation_id, intermediate.web_domain(email_address)
    from staging.users
    where not is_removed and email_address is not null
),

domains as (
    select organisation_id, client_key, contact_id, is_survivor, domain, written_as
    from (
        select
            organisation_id, client_key, contact_id, is_survivor,
            intermediate.web_domain(email) as domain,
            email as written_as
        from emails
        union all
        select organisation_id, client_key, contact_id, is_survivor, website_domain, website_domain
        from contacts
    ) as found
    where domain is not null
),

aliases as (
    select organisation_id, client_key, contact_id, is_survivor,
        'contact_id' as alias_type, contact_id::varchar as alias, name as written_as
    from contacts
    union all
    select organisation_id, client_key, contact_id, is_survivor, 'email', email, email
    from emails
    union all
    select organisation_id, client_key, contact_id, is_survivor, 'domain', domain, written_as
    from domains
    anti join shared_domains using (organisation_id, domain)
    union all
    select organisation_id, client_key, contact_id, is_survivor, 'name',
        intermediate.name_key(name), name
    from contacts
    where intermediate.name_key(name) is not null
)

select organisation_id, client_key, contact_id, is_survivor, alias_type, alias, written_as
from aliases
