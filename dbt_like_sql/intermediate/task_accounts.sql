-- The accounts that a workspace watches, with the day its documents count from: the look-back ends
-- on the organisation-local day of the selection.
with

monitored as (
    select
        organisation_id,
        account_id,
        account_code,
        coalesce(look_back_days, 90) as look_back_days,
        document_types,
        selected_at
    from ops.monitored_accounts
),

organisations as (
    select organisation_id, iana_timezone from staging.organisations
),

accounts as (
    select organisation_id, account_id, code, name from staging.accounts
)

select
    monitored.organisation_id,
    coalesce(monitored.account_id, accounts.account_id) as account_id,
    coalesce(accounts.code, monitored.account_code) as account_code,
    accounts.name as account_name,
    monitored.document_types,
    monitored.look_back_days,
    monitored.selected_at,
    (monitored.selected_at at time zone 'UTC' at time zone organisations.iana_timezone)::date
    - monitored.look_back_days as dated_from
from monitored
join organisations
    on organisations.organisation_id = monitored.organisation_id
left join accounts
    on accounts.organisation_id = monitored.organisation_id
    and (
        accounts.account_id = monitored.account_id
        or (monitored.account_id is null and accounts.code = monitored.account_code)
    )
-- Selected twice, an account counts from its first selection.
qualify row_number() over (
    partition by monitored.organisation_id, coalesce(monitored.account_id, accounts.account_id)
    order by monitored.selected_at
) = 1
