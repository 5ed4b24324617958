-- A line of mrr_overrides.csv for a known organisation that has no effect: no contact of that name
-- or id, or no readable month or amount.
with

decisions as (
    select
        trim(organisation::varchar) as organisation,
        trim(contact::varchar) as contact,
        month_from::varchar as month_from,
        mrr_base::varchar as mrr_base
    from seeds.mrr_overrides
),

contacts as (
    select organisation_id, contact_id, name from staging.contacts
)

select
    organisations.organisation_id,
    decisions.contact,
    decisions.month_from,
    decisions.mrr_base
from decisions
join staging.organisations as organisations
    on lower(decisions.organisation) in (
        lower(organisations.name), organisations.organisation_id::varchar
    )
left join contacts
    on contacts.organisation_id = organisations.organisation_id
    and lower(decisions.contact) in (lower(contacts.name), contacts.contact_id::varchar)
where contacts.contact_id is null
    or try_cast(left(trim(decisions.month_from), 7) || '-01' as date) is null
    or try_cast(decisions.mrr_base as decimal(18, 2)) is null
