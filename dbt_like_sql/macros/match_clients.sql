-- The client of each row of another system: by contact id, then e-mail address, then domain, then
-- name. Each weaker way only chooses among those whom the stronger ones leave; who still fits
-- several clients is told, not guessed.
-- external_rows: the name of a table or view with external_id (unique) and any of organisation_id,
-- contact_id, email, domain, name.
create or replace macro marts.match_clients(external_rows) as table
with

-- What the table does not have is NULL.
external_table as (
    select * from query_table(external_rows)
    union all by name
    select
        null::varchar as external_id,
        null::varchar as organisation_id,
        null::varchar as contact_id,
        null::varchar as email,
        null::varchar as domain,
        null::varchar as name
    where false
),

external_aliases as (
    select external_id, organisation_id, 'contact_id' as alias_type,
        lower(trim(contact_id::varchar)) as alias
    from external_table
    union
    select external_id, organisation_id, 'email', unnest(intermediate.emails_in(email))
    from external_table
    union
    select external_id, organisation_id, 'domain',
        intermediate.web_domain(unnest(intermediate.emails_in(email)))
    from external_table
    union
    select external_id, organisation_id, 'domain', intermediate.web_domain(domain)
    from external_table
    union
    select external_id, organisation_id, 'name', intermediate.name_key(name)
    from external_table
),

hits as (
    select
        external_aliases.external_id,
        aliases.organisation_id,
        aliases.client_key,
        any_value(aliases.client_name) as client_name,
        bool_or(aliases.alias_type = 'contact_id') as by_contact_id,
        bool_or(aliases.alias_type = 'email') as by_email,
        bool_or(aliases.alias_type = 'domain') as by_domain,
        bool_or(aliases.alias_type = 'name') as by_name,
        max(aliases.confidence) as confidence
    from external_aliases
    join marts.client_aliases as aliases
        on aliases.alias_type = external_aliases.alias_type
        and aliases.alias = external_aliases.alias
        and not aliases.is_superseded
    where external_aliases.organisation_id is null
        or external_aliases.organisation_id::varchar = aliases.organisation_id::varchar
    group by external_aliases.external_id, aliases.organisation_id, aliases.client_key
),

ranked as (
    select
        *,
        rank() over (
            partition by external_id
            order by by_contact_id desc, by_email desc, by_domain desc, by_name desc
        ) as position
    from hits
),

found as (
    select
        external_id,
        count(*) as clients,
        any_value(organisation_id) as organisation_id,
        any_value(client_key) as client_key,
        any_value(client_name) as client_name,
        any_value(confidence) as confidence,
        list_filter(
            [
                case when bool_and(by_contact_id) then 'contact_id' end,
                case when bool_and(by_email) then 'email' end,
                case when bool_and(by_domain) then 'domain' end,
                case when bool_and(by_name) then 'name' end
            ],
            lambda way: way is not null
        ) as matched_by,
        list(client_key order by client_name, client_key) as candidates,
        string_agg(client_name, ', ' order by client_name, client_key) as candidate_names
    from ranked
    where position = 1
    group by external_id
)

select
    external_table.external_id,
    case
        when found.external_id is null then 'unmatched'
        when found.clients > 1 then 'ambiguous'
        else 'matched'
    end as outcome,
    case when found.clients = 1 then found.organisation_id end as organisation_id,
    case when found.clients = 1 then found.client_key end as client_key,
    case when found.clients = 1 then found.client_name end as client_name,
    coalesce(found.matched_by, []) as matched_by,
    case when found.clients = 1 then found.confidence else 0 end::decimal(3, 2) as confidence,
    coalesce(found.candidates, []) as candidates,
    case
        when found.external_id is null
            then 'No client has this contact id, e-mail address, domain or name.'
        when found.clients > 1
            then 'Fits ' || found.clients || ' clients: ' || found.candidate_names
                || '. The contact id would tell which.'
        else 'Is ' || found.client_name || ' by '
            || replace(replace(array_to_string(found.matched_by, ' and '), 'email', 'e-mail'),
                'contact_id', 'contact id') || '.'
    end as sentence
from external_table
left join found
    on found.external_id = external_table.external_id
