-- Xero's aged reports of single contacts against what is open of their documents as of the same
-- day: a row per document, and one per contact without a document id. In base currency; without
-- prepayments, which the reports leave out.
with

reports as (
    select organisation_id, ledger, contact_id, as_of_date, closing_balance_base, synced_at
    from staging.aged_report_contacts
),

reported as (
    select organisation_id, ledger, contact_id, document_id, sum(amount_due_base) as amount
    from staging.aged_report_documents
    group by organisation_id, ledger, contact_id, document_id
),

ours as (
    select
        reports.organisation_id,
        reports.ledger,
        reports.contact_id,
        documents.document_id,
        documents.sign * balances.outstanding_base as amount,
        documents.is_rate_missing
    from reports
    join intermediate.documents as documents
        on documents.organisation_id = reports.organisation_id
        and documents.ledger = reports.ledger
        and documents.contact_id = reports.contact_id
        and documents.document_type <> 'prepayment'
    join intermediate.document_balances as balances
        on balances.organisation_id = documents.organisation_id
        and balances.document_id = documents.document_id
        and balances.valid_from <= reports.as_of_date
        and (balances.valid_to is null or balances.valid_to > reports.as_of_date)
),

document_ids as (
    select organisation_id, ledger, contact_id, document_id from reported
    union
    select organisation_id, ledger, contact_id, document_id from ours
),

compared as (
    select
        ids.organisation_id,
        ids.ledger,
        ids.contact_id,
        ids.document_id,
        coalesce(reported.amount, 0) as expected,
        coalesce(ours.amount, 0) as actual,
        -- What changed after the report was made, or has no rate, says nothing about it.
        coalesce(changes.last_changed_at <= reports.synced_at, true)
        and not coalesce(ours.is_rate_missing, false) as is_comparable
    from document_ids as ids
    join reports
        on reports.organisation_id = ids.organisation_id
        and reports.ledger = ids.ledger
        and reports.contact_id = ids.contact_id
    left join reported
        on reported.organisation_id = ids.organisation_id
        and reported.ledger = ids.ledger
        and reported.contact_id = ids.contact_id
        and reported.document_id = ids.document_id
    left join ours
        on ours.organisation_id = ids.organisation_id
        and ours.ledger = ids.ledger
        and ours.contact_id = ids.contact_id
        and ours.document_id = ids.document_id
    left join intermediate.document_changes as changes
        on changes.organisation_id = ids.organisation_id
        and changes.document_id = ids.document_id
),

contacts as (
    select
        reports.organisation_id,
        reports.ledger,
        reports.contact_id,
        any_value(reports.closing_balance_base) as expected,
        coalesce(sum(compared.actual), 0) as actual,
        any_value(reports.closing_balance_base) is not null
        and coalesce(bool_and(compared.is_comparable), true) as is_comparable
    from reports
    left join compared
        on compared.organisation_id = reports.organisation_id
        and compared.ledger = reports.ledger
        and compared.contact_id = reports.contact_id
    group by reports.organisation_id, reports.ledger, reports.contact_id
),

both_levels as (
    select
        organisation_id, ledger, contact_id, document_id, expected, actual, is_comparable
    from compared
    union all
    select organisation_id, ledger, contact_id, null, expected, actual, is_comparable
    from contacts
)

select
    both_levels.organisation_id,
    both_levels.ledger,
    reports.as_of_date,
    both_levels.contact_id,
    names.name as contact_name,
    both_levels.document_id,
    documents.document_type,
    documents.document_number,
    both_levels.expected::decimal(18, 2) as expected,
    both_levels.actual::decimal(18, 2) as actual,
    (both_levels.actual - both_levels.expected)::decimal(18, 2) as variance,
    both_levels.is_comparable
from both_levels
join reports
    on reports.organisation_id = both_levels.organisation_id
    and reports.ledger = both_levels.ledger
    and reports.contact_id = both_levels.contact_id
left join staging.contacts as names
    on names.organisation_id = both_levels.organisation_id
    and names.contact_id = both_levels.contact_id
left join intermediate.documents as documents
    on documents.organisation_id = both_levels.organisation_id
    and documents.document_id = both_levels.document_id
