-- Every document with something open at the end of a day, receivable and payable.
-- as_of: the day; NULL means each organisation's own as_of_date, and no later day is ever claimed.
create or replace macro intermediate.open_documents_as_of(as_of) as table
with

as_of_dates as (
    select
        organisation_id,
        short_code,
        least(coalesce(as_of::date, as_of_date), as_of_date) as as_of_date
    from staging.organisations
),

-- Few of all balances are open on one day. Found first and kept, so that the wide documents are
-- joined to these alone.
open_balances as materialized (
    select
        balances.organisation_id,
        balances.document_id,
        balances.outstanding,
        balances.outstanding_base,
        as_of_dates.as_of_date,
        as_of_dates.short_code
    from intermediate.document_balances as balances
    join as_of_dates
        on as_of_dates.organisation_id = balances.organisation_id
        and balances.valid_from <= as_of_dates.as_of_date
        and (balances.valid_to is null or balances.valid_to > as_of_dates.as_of_date)
),

open_documents as (
    select
        documents.*,
        balances.as_of_date,
        balances.short_code,
        -- Credits are negative: they reduce what is owed.
        documents.sign * balances.outstanding as amount_due,
        documents.sign * balances.outstanding_base as amount_due_base
    from open_balances as balances
    join intermediate.documents as documents
        on documents.organisation_id = balances.organisation_id
        and documents.document_id = balances.document_id
),

latest_rates as (
    select
        rates.organisation_id,
        rates.currency_code,
        arg_max(rates.currency_rate, rates.rate_date) as currency_rate,
        arg_max(rates.source, rates.rate_date) as source,
        max(rates.rate_date) as rate_date
    from intermediate.currency_rates as rates
    join as_of_dates
        on as_of_dates.organisation_id = rates.organisation_id
        and rates.rate_date <= as_of_dates.as_of_date
    group by rates.organisation_id, rates.currency_code
),

early_settlements as (
    select organisation_id, document_id
    from intermediate.settlements
    where is_before_document
    group by organisation_id, document_id
),

revalued as (
    select
        open_documents.*,
        early_settlements.document_id is not null as is_payment_before_document,
        case
            when open_documents.currency_code = open_documents.base_currency then 'base currency'
            else latest_rates.source || ' of ' || latest_rates.rate_date::varchar
        end as revaluation_rate_source,
        case
            when open_documents.currency_code = open_documents.base_currency then 1
            else latest_rates.currency_rate
        end::decimal(20, 10) as revaluation_rate
    from open_documents
    left join latest_rates
        on latest_rates.organisation_id = open_documents.organisation_id
        and latest_rates.currency_code = open_documents.currency_code
    left join early_settlements
        on early_settlements.organisation_id = open_documents.organisation_id
        and early_settlements.document_id = open_documents.document_id
)

select
    organisation_id,
    as_of_date,
    ledger,
    document_id,
    document_type,
    document_number,
    reference,
    contact_id,
    contact_name,
    canonical_contact_id,
    canonical_contact_name,
    document_date,
    due_date,
    (as_of_date - aged_from)::integer as days_overdue,
    intermediate.aging_bucket(as_of_date - aged_from) as bucket,
    intermediate.aging_month_bucket(aged_from, as_of_date) as month_bucket,
    intermediate.aging_bucket(as_of_date - document_date) as bucket_by_document_date,
    intermediate.aging_month_bucket(document_date, as_of_date) as month_bucket_by_document_date,
    -- Xero's aged report and its control account leave prepayments out.
    document_type <> 'prepayment' as is_in_xero_view,
    currency_code,
    currency_rate,
    amount_due::decimal(18, 2) as amount_due,
    amount_due_base::decimal(18, 2) as amount_due_base,
    revaluation_rate,
    revaluation_rate_source,
    intermediate.to_base(amount_due, revaluation_rate) as amount_due_base_revalued,
    expected_payment_date,
    is_due_date_missing,
    is_rate_missing,
    is_payment_before_document,
    intermediate.document_link(
        short_code, ledger, document_type, document_id, bank_transaction_id
    ) as deep_link
from revalued
