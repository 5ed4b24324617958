-- One row per contact that Xero's aged report was asked about: its newest one, with the closing
-- balance in base currency.
with

reports as (
    select
        organisation_id, 'receivable' as ledger, contact_id, as_of_date, _synced_at as synced_at,
        "rows" as report_rows
    from raw.aged_receivables_by_contact
    union all
    select organisation_id, 'payable', contact_id, as_of_date, _synced_at, "rows"
    from raw.aged_payables_by_contact
),

lines as (
    select
        organisation_id,
        ledger,
        contact_id,
        as_of_date,
        synced_at,
        flatten(
            list_transform(
                list_filter(report_rows, lambda r: r.row_type = 'Section'), lambda s: s.rows
            )
        ) as lines
    from reports
),

closing as (
    select
        organisation_id,
        ledger,
        contact_id,
        as_of_date,
        synced_at,
        list_filter(lines, lambda l: l.cells[1].value = 'Closing Balance')[1].cells as cells
    from lines
)

select
    organisation_id,
    ledger,
    contact_id,
    as_of_date,
    -- The balance due stands in the last column.
    staging.report_amount(cells[-1].value) as closing_balance_base,
    synced_at
from closing
