-- What each bank account and credit card began with in Xero, in base currency: as the user states it
-- in seeds.conversion_balances, or else as the first Bank Summary gave it.
with

stated as (
    select
        accounts.organisation_id,
        accounts.account_id,
        max(seed.balance_base) as conversion_base
    from seeds.conversion_balances as seed
    join staging.organisations as organisations
        on seed.organisation in (organisations.name, organisations.organisation_id::varchar)
    join staging.accounts as accounts
        on accounts.organisation_id = organisations.organisation_id
        and accounts.code = seed.account_code
        and accounts.is_bank_account
    group by accounts.organisation_id, accounts.account_id
),

found as (
    select organisation_id, account_id, known_on, conversion_base
    from snapshots.bank_conversion_balances
)

select
    accounts.organisation_id,
    accounts.account_id,
    case
        when stated.account_id is not null then 'stated'
        when found.account_id is not null then 'first_bank_summary'
        else 'unknown'
    end as source,
    found.known_on,
    coalesce(stated.conversion_base, found.conversion_base, 0)::decimal(18, 2) as conversion_base
from staging.accounts as accounts
left join stated
    on stated.organisation_id = accounts.organisation_id
    and stated.account_id = accounts.account_id
left join found
    on found.organisation_id = accounts.organisation_id
    and found.account_id = accounts.account_id
where accounts.is_bank_account
