-- One row per open document in Xero's aged report of a contact, in base currency; credits are
-- negative. Columns are found by the report's header. Opening balances and sums have no document.
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

headers as (
    select
        *,
        list_transform(
            list_filter(report_rows, lambda r: r.row_type = 'Header')[1].cells,
            lambda c: c.value
        ) as titles
    from reports
),

sections as (
    select
        organisation_id,
        ledger,
        contact_id,
        as_of_date,
        synced_at,
        list_position(titles, 'Total') as total_at,
        list_position(titles, 'Paid') as paid_at,
        list_position(titles, 'Credited') as credited_at,
        list_position(titles, 'Due') as due_at,
        unnest(report_rows) as section
    from headers
),

lines as (
    select * exclude (section), unnest(section.rows) as line
    from sections
    where section.row_type = 'Section'
),

identified as (
    select
        *,
        try_cast(
            list_filter(line.cells[1].attributes, lambda a: lower(a.id) = 'invoiceid')[1].value
            as uuid
        ) as document_id
    from lines
    where line.row_type = 'Row'
)

select
    organisation_id,
    ledger,
    contact_id,
    as_of_date,
    document_id,
    staging.report_amount(line.cells[total_at].value) as total_base,
    staging.report_amount(line.cells[paid_at].value) as paid_base,
    staging.report_amount(line.cells[credited_at].value) as credited_base,
    coalesce(staging.report_amount(line.cells[due_at].value), 0) as amount_due_base,
    synced_at
from identified
where document_id is not null
