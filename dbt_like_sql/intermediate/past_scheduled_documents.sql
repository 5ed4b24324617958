-- The invoices and bills that templates would have been expected to make in the 90 days after each of
-- those month ends. Xero shows a template only as it is today: what was known of it then is read from
-- the last two documents that it had made, whose distance is its period and whose latest amount is
-- its price. One whose next document had not come when it should have is taken to have ended.
with

made as (
    select
        invoices.organisation_id,
        invoices.repeating_invoice_id,
        documents.ledger,
        documents.canonical_contact_id as contact_id,
        documents.document_date,
        lag(documents.document_date) over (
            partition by invoices.organisation_id, invoices.repeating_invoice_id
            order by documents.document_date, documents.document_id
        ) as previous_date,
        (documents.aged_from - documents.document_date)::integer as terms_days,
        documents.total_base,
        documents.document_id
    from staging.invoices as invoices
    join intermediate.documents as documents
        on documents.organisation_id = invoices.organisation_id
        and documents.document_id = invoices.invoice_id
    where invoices.repeating_invoice_id is not null
        and documents.is_live
        and documents.total_base is not null
),

-- One row per template and day: ASOF joins take any of several.
latest_made as (
    select *
    from made
    where previous_date < document_date
    qualify row_number() over (
        partition by organisation_id, repeating_invoice_id, document_date order by document_id
    ) = 1
),

templates as (
    select distinct organisation_id, repeating_invoice_id from latest_made
),

known as (
    select month_ends.organisation_id, month_ends.as_of_date, templates.repeating_invoice_id
    from intermediate.forecast_month_ends as month_ends
    join templates
        on templates.organisation_id = month_ends.organisation_id
),

plans as (
    select
        known.organisation_id,
        known.as_of_date,
        latest_made.ledger,
        latest_made.contact_id,
        latest_made.document_date,
        latest_made.terms_days,
        latest_made.total_base,
        case
            when latest_made.document_date - latest_made.previous_date >= 26
                then to_months(
                    greatest(
                        round((latest_made.document_date - latest_made.previous_date) / 30.4375), 1
                    )::integer
                )
            else to_days(
                7 * greatest(
                    round((latest_made.document_date - latest_made.previous_date) / 7.0), 1
                )::integer
            )
        end as period
    from known
    asof join latest_made
        on latest_made.organisation_id = known.organisation_id
        and latest_made.repeating_invoice_id = known.repeating_invoice_id
        and latest_made.document_date <= known.as_of_date
),

-- 13 weekly ones are the most that fit into 90 days.
occurrences as (
    select
        plans.*,
        (plans.document_date + numbers.number * plans.period)::date as next_date
    from plans
    cross join (select unnest(range(1, 14))::integer as number) as numbers
    where plans.document_date + plans.period > plans.as_of_date
)

select
    occurrences.organisation_id,
    occurrences.as_of_date,
    case occurrences.ledger when 'receivable' then 'scheduled_in' else 'scheduled_out' end as kind,
    occurrences.contact_id,
    greatest(
        occurrences.next_date + occurrences.terms_days + case occurrences.ledger
            when 'receivable'
                then coalesce(contact_delays.expected_delay, organisation_delays.expected_delay, 0)
            else 0
        end,
        occurrences.as_of_date + 1
    ) as day,
    case occurrences.ledger when 'receivable' then 1 else -1 end * occurrences.total_base
        as amount_base,
    1::decimal(9, 4) as probability
from occurrences
left join intermediate.past_payment_delays as contact_delays
    on contact_delays.organisation_id = occurrences.organisation_id
    and contact_delays.as_of_date = occurrences.as_of_date
    and contact_delays.contact_id = occurrences.contact_id
left join intermediate.past_payment_delays as organisation_delays
    on organisation_delays.organisation_id = occurrences.organisation_id
    and organisation_delays.as_of_date = occurrences.as_of_date
    and organisation_delays.contact_id is null
where occurrences.next_date <= occurrences.as_of_date + 90
