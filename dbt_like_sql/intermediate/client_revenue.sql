-- What each client was invoiced, less credit notes, with tax: in the last 365 days, and in the 365
-- days up to the same day of the month before.
with

organisations as (
    select
        organisation_id,
        short_code,
        as_of_date,
        (as_of_date - interval 1 month)::date as month_ago
    from staging.organisations
),

documents as (
    select
        documents.*,
        organisations.short_code,
        documents.document_date > organisations.as_of_date - 365
            and documents.document_date <= organisations.as_of_date as is_in_year,
        documents.document_date > organisations.month_ago - 365
            and documents.document_date <= organisations.month_ago as is_in_year_before
    from intermediate.documents as documents
    join organisations
        on organisations.organisation_id = documents.organisation_id
    where documents.ledger = 'receivable'
        and documents.is_live
        and documents.document_type in ('invoice', 'credit_note')
),

sums as (
    select
        organisation_id,
        canonical_contact_id as contact_id,
        any_value(canonical_contact_name) as contact_name,
        sum(sign * total_base) filter (where is_in_year) as revenue_base,
        sum(sign * total_base) filter (where is_in_year_before) as revenue_base_month_ago,
        sum(total_base) filter (where is_in_year and document_type = 'invoice') as invoiced_base,
        sum(total_base) filter (where is_in_year_before and document_type = 'invoice')
            as invoiced_base_month_ago
    from documents
    group by organisation_id, canonical_contact_id
),

-- The ten largest of the year, for whoever wants to look.
drivers as (
    select
        organisation_id,
        canonical_contact_id as contact_id,
        arg_max(
            intermediate.signal_driver(
                document_type, document_id, document_number, sign * total_base,
                intermediate.document_link(
                    short_code, ledger, document_type, document_id, bank_transaction_id
                )
            ),
            (total_base, document_id),
            10
        ) as drivers
    from documents
    where is_in_year
    group by organisation_id, canonical_contact_id
)

select
    sums.organisation_id,
    sums.contact_id,
    sums.contact_name,
    coalesce(sums.revenue_base, 0)::decimal(18, 2) as revenue_base,
    coalesce(sums.revenue_base_month_ago, 0)::decimal(18, 2) as revenue_base_month_ago,
    coalesce(sums.invoiced_base, 0)::decimal(18, 2) as invoiced_base,
    coalesce(sums.invoiced_base_month_ago, 0)::decimal(18, 2) as invoiced_base_month_ago,
    drivers.drivers
from sums
left join drivers
    on drivers.organisation_id = sums.organisation_id
    and drivers.contact_id = sums.contact_id
