-- One row per line of a manual journal: debit positive, credit negative, in base currency. Lines
-- have no id at Xero: a line is named by its place in the journal.
with

unnested as (
    select
        organisation_id,
        manual_journal_id,
        unnest(journal_lines) as line,
        generate_subscripts(journal_lines, 1) as line_number
    from raw.manual_journals
)

select
    organisation_id,
    manual_journal_id,
    line_number,
    line.description as description,
    line.account_code as account_code,
    line.account_id as account_id,
    line.tax_type as tax_type,
    line.line_amount as line_amount,
    line.tax_amount as tax_amount,
    line.tracking as tracking
from unnested
