-- One row per account in Xero's Trial Balance for an as-of date, in base currency. An empty side
-- has no value. For accounts of the balance sheet the year-to-date side is the balance itself.
with

sections as (
    select organisation_id, as_of_date, _synced_at as synced_at, unnest("rows") as section
    from raw.trial_balance
),

accounts as (
    select
        organisation_id,
        as_of_date,
        synced_at,
        section.title as section,
        unnest(section.rows) as account
    from sections
    where section.row_type = 'Section'
)

select
    organisation_id,
    as_of_date,
    section,
    try_cast(
        list_filter(account.cells[1].attributes, lambda a: a.id = 'account')[1].value as uuid
    ) as account_id,
    account.cells[1].value as account_name,
    coalesce(staging.report_amount(account.cells[2].value), 0) as debit,
    coalesce(staging.report_amount(account.cells[3].value), 0) as credit,
    coalesce(staging.report_amount(account.cells[4].value), 0) as ytd_debit,
    coalesce(staging.report_amount(account.cells[5].value), 0) as ytd_credit,
    coalesce(staging.report_amount(account.cells[4].value), 0)
    - coalesce(staging.report_amount(account.cells[5].value), 0) as balance,
    synced_at
from accounts
where account.row_type = 'Row'
