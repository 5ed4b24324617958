-- The months in which a stream counts, and what it was billed last by then.
with

months as (
    select organisation_id, month, measured_on, financial_year from intermediate.mrr_months
),

counting as (
    select
        segments.organisation_id,
        segments.stream_id,
        segments.class,
        segments.contact_id,
        segments.schedule_unit,
        segments.schedule_period,
        segments.first_date,
        segments.last_date,
        segments.paid_until,
        months.month,
        months.measured_on,
        months.financial_year
    from intermediate.cadence_segments as segments
    join months
        on months.organisation_id = segments.organisation_id
        and months.measured_on >= segments.first_date
        and months.measured_on < segments.counts_until
)

select
    counting.organisation_id,
    counting.stream_id,
    counting.class,
    counting.contact_id,
    counting.month,
    counting.financial_year,
    counting.schedule_unit,
    counting.schedule_period,
    occurrences.currency_code,
    occurrences.amount,
    occurrences.recent_amount,
    occurrences.recent_occurrences,
    occurrences.invoice_id,
    occurrences.invoice_number,
    occurrences.billed_on
from counting
asof join intermediate.cadence_occurrences as occurrences
    on occurrences.organisation_id = counting.organisation_id
    and occurrences.stream_id = counting.stream_id
    and occurrences.billed_on <= counting.measured_on
