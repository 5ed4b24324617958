-- The accounts that the seed names by code or by name, for one organisation or for all of them.
with

listed as (
    select
        nullif(trim(organisation::varchar), '') as organisation,
        nullif(trim(account::varchar), '') as account
    from seeds.pass_through_accounts
),

organisations as (
    select organisation_id, name from staging.organisations
),

accounts as (
    select organisation_id, code, name from staging.accounts where code is not null
)

select distinct
    accounts.organisation_id,
    accounts.code as account_code
from accounts
join organisations
    on organisations.organisation_id = accounts.organisation_id
join listed
    on lower(listed.account) in (lower(accounts.code), lower(accounts.name))
    and (
        listed.organisation is null
        or lower(listed.organisation) in (
            lower(organisations.name), organisations.organisation_id::varchar
        )
    )
