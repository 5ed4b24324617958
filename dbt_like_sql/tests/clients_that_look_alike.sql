-- Two clients in use with one e-mail address or one name: perhaps one client, entered twice.
select
    organisation_id,
    alias_type,
    alias,
    string_agg(client_name, ', ' order by client_name, client_key) as clients,
    'Merge these contacts in Xero if they are one client; until then its figures are split.'
        as what_to_do
from marts.client_aliases
where is_ambiguous and alias_type in ('email', 'name') and not is_superseded
group by organisation_id, alias_type, alias
