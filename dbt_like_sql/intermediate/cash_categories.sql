-- What money coded to an account is to the business: financing, tax, a one-off that the user
-- flagged, or else operating. The list is seeds.cash_exclusions; patterns are those of ILIKE, and
-- where several match, one_off wins over financing and financing over tax. What is said of single
-- contacts and documents: intermediate.cash_flags.
with

rules as (
    select
        nullif(trim(organisation), '') as organisation,
        category,
        match_on,
        pattern,
        why,
        case category when 'one_off' then 1 when 'financing' then 2 else 3 end as priority
    from seeds.cash_exclusions
),

accounts as (
    select
        accounts.organisation_id,
        organisations.name as organisation,
        accounts.account_id,
        accounts.code,
        accounts.name,
        accounts.type,
        accounts.system_account
    from staging.accounts as accounts
    join staging.organisations as organisations
        on organisations.organisation_id = accounts.organisation_id
    -- Documents name accounts by code; a code counts once, as the account that has it now.
    where accounts.code is not null and not accounts.is_removed
    qualify row_number() over (
        partition by accounts.organisation_id, accounts.code
        order by accounts.status = 'ACTIVE' desc, accounts.account_id
    ) = 1
),

matches as (
    select
        accounts.organisation_id,
        accounts.account_id,
        arg_min(rules.category, (rules.priority, rules.match_on = 'name', rules.pattern)) as category,
        arg_min(rules.why, (rules.priority, rules.match_on = 'name', rules.pattern)) as why
    from accounts
    join rules
        on (
            rules.organisation is null
            or rules.organisation in (accounts.organisation, accounts.organisation_id::varchar)
        )
        and case rules.match_on
            when 'code' then accounts.code
            when 'name' then accounts.name
            when 'type' then accounts.type
            when 'system_account' then accounts.system_account
        end ilike rules.pattern
    -- Interest on a loan is a cost of doing business, the loan itself is not.
    where accounts.type not in (
        'BANK', 'EXPENSE', 'OVERHEADS', 'DIRECTCOSTS', 'DEPRECIATN', 'REVENUE', 'SALES',
        'OTHERINCOME'
    )
    or rules.category = 'one_off'
    group by accounts.organisation_id, accounts.account_id
)

select
    accounts.organisation_id,
    accounts.account_id,
    accounts.code as account_code,
    accounts.name as account_name,
    coalesce(matches.category, 'operating') as category,
    matches.why
from accounts
left join matches
    on matches.organisation_id = accounts.organisation_id
    and matches.account_id = accounts.account_id
