-- Everything that leads to a client: the ids, names, e-mail addresses and domains of its contacts,
-- those that were merged into it included.
with

-- How sure one alias alone makes us of whom we have found.
ways as (
    from (
        values ('contact_id', 1.00), ('email', 0.95), ('domain', 0.80), ('name', 0.70)
    ) as ways (alias_type, confidence)
),

clients as (
    select organisation_id, client_key, name, is_archived
    from intermediate.client_contacts
    where is_survivor
),

aliases as (
    select
        organisation_id,
        client_key,
        alias_type,
        alias,
        arg_max(written_as, (is_survivor, contact_id)) as written_as,
        list(distinct contact_id order by contact_id) as contact_ids
    from intermediate.client_alias_sources
    group by organisation_id, client_key, alias_type, alias
),

described as (
    select
        aliases.*,
        clients.name as client_name,
        clients.is_archived,
        -- Somebody archived a duplicate: where a client in use has the same alias, it is meant.
        clients.is_archived
            and not bool_and(clients.is_archived) over same_alias as is_superseded
    from aliases
    join clients
        on clients.organisation_id = aliases.organisation_id
        and clients.client_key = aliases.client_key
    window same_alias as (
        partition by aliases.organisation_id, aliases.alias_type, aliases.alias
    )
),

counted as (
    select
        *,
        count(*) filter (where not is_superseded) over (
            partition by organisation_id, alias_type, alias
        ) as clients
    from described
)

select
    counted.organisation_id,
    counted.client_key,
    counted.client_name,
    counted.alias_type,
    counted.alias,
    counted.written_as,
    counted.contact_ids,
    counted.is_archived,
    counted.is_superseded,
    counted.clients,
    counted.clients > 1 as is_ambiguous,
    case
        when counted.is_superseded then 0
        else round(ways.confidence / counted.clients, 2)
    end::decimal(3, 2) as confidence
from counted
join ways
    on ways.alias_type = counted.alias_type
