-- One row per bank account in Xero's Bank Summary report for an as-of date. Columns are found by
-- the report's header, as their number differs between editions.
with

reports as (
    select organisation_id, as_of_date, _synced_at as synced_at, "rows" as report_rows
    from raw.bank_summary
),

headers as (
    select
        organisation_id,
        as_of_date,
        synced_at,
        report_rows,
        list_transform(
            list_filter(report_rows, lambda r: r.row_type = 'Header')[1].cells,
            lambda c: c.value
        ) as titles
    from reports
),

sections as (
    select
        organisation_id,
        as_of_date,
        synced_at,
        list_position(titles, 'Opening Balance') as opening_at,
        list_position(titles, 'Cash Received') as received_at,
        list_position(titles, 'Cash Spent') as spent_at,
        list_position(titles, 'Closing Balance') as closing_at,
        unnest(report_rows) as section
    from headers
),

accounts as (
    select * exclude (section), unnest(section.rows) as account
    from sections
    where section.row_type = 'Section'
)

select
    organisation_id,
    as_of_date,
    -- The account's attribute is called accountID on the name and account on the flows.
    try_cast(
        list_filter(account.cells[1].attributes, lambda a: lower(a.id) in ('accountid', 'account'))
            [1].value
        as uuid
    ) as account_id,
    account.cells[1].value as account_name,
    staging.report_amount(account.cells[opening_at].value) as opening_balance,
    staging.report_amount(account.cells[received_at].value) as cash_received,
    staging.report_amount(account.cells[spent_at].value) as cash_spent,
    staging.report_amount(account.cells[closing_at].value) as closing_balance,
    synced_at
from accounts
where account.row_type = 'Row'
