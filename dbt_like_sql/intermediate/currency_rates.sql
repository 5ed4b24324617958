-- The rates that the organisation's own books show: the last one of each currency and day, taken
-- from documents, payments and bank transactions, with a name for where it was seen.
with

organisations as (
    select organisation_id, base_currency from staging.organisations
),

seen as (
    select
        organisation_id,
        currency_code,
        document_date as rate_date,
        currency_rate,
        document_type as source,
        document_id as source_id
    from intermediate.documents
    where is_live
    union all
    select
        payments.organisation_id,
        documents.currency_code,
        payments.payment_date,
        payments.currency_rate,
        'payment',
        payments.payment_id
    from staging.payments as payments
    join intermediate.documents as documents
        on documents.organisation_id = payments.organisation_id
        and documents.document_id = payments.document_id
    where payments.status = 'AUTHORISED' and not payments.is_removed
    union all
    select
        organisation_id,
        currency_code,
        transaction_date,
        currency_rate,
        'bank_transaction',
        bank_transaction_id
    from staging.bank_transactions
    where status = 'AUTHORISED' and not is_removed
),

foreign_rates as (
    select seen.*
    from seen
    join organisations
        on organisations.organisation_id = seen.organisation_id
    where seen.currency_code <> organisations.base_currency
        and seen.currency_rate > 0
)

select
    organisation_id,
    currency_code,
    rate_date,
    arg_max(currency_rate, (source, source_id)) as currency_rate,
    arg_max(source, (source, source_id)) as source,
    arg_max(source_id, (source, source_id)) as source_id
from foreign_rates
group by organisation_id, currency_code, rate_date
