-- The user's own decisions on a customer's MRR, one row for each month they hold.
with

decisions as (
    select
        trim(organisation::varchar) as organisation,
        trim(contact::varchar) as contact,
        try_cast(left(trim(month_from::varchar), 7) || '-01' as date) as month_from,
        try_cast(left(nullif(trim(month_to::varchar), ''), 7) || '-01' as date) as month_to,
        try_cast(mrr_base as decimal(18, 2)) as mrr_base
    from seeds.mrr_overrides
),

organisations as (
    select
        organisation_id,
        name,
        date_trunc('month', as_of_date)::date as current_month
    from staging.organisations
),

contacts as (
    select organisation_id, contact_id, canonical_contact_id, name, contact_status
    from staging.contacts
),

resolved as (
    select
        organisations.organisation_id,
        contacts.canonical_contact_id as contact_id,
        decisions.month_from,
        least(
            coalesce(decisions.month_to, organisations.current_month), organisations.current_month
        ) as month_to,
        decisions.mrr_base
    from decisions
    join organisations
        on lower(decisions.organisation) in (
            lower(organisations.name), organisations.organisation_id::varchar
        )
    join contacts
        on contacts.organisation_id = organisations.organisation_id
        and lower(decisions.contact) in (lower(contacts.name), contacts.contact_id::varchar)
    where decisions.month_from is not null
        and decisions.mrr_base is not null
    -- A name can be borne by archived contacts, too: the active one is meant.
    qualify row_number() over (
        partition by organisations.organisation_id, decisions.contact, decisions.month_from
        order by contacts.contact_status = 'ACTIVE' desc, contacts.contact_id
    ) = 1
),

months as (
    select
        organisation_id,
        contact_id,
        unnest(generate_series(month_from, month_to, interval 1 month))::date as month,
        month_from as decided_from,
        mrr_base
    from resolved
)

select organisation_id, contact_id, month, decided_from, mrr_base
from months
-- Of two decisions for one month the one that begins later is the newer one.
qualify row_number() over (
    partition by organisation_id, contact_id, month
    order by decided_from desc, mrr_base desc
) = 1
