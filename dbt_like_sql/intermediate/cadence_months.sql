-- The months in which a stream counts, and what it was billed last by then.
with

months as (
    select organisation_id, month, measured_on, financial_year from intermediate.mrr_months
),

-- An occurrence sets the price until the next one does or the stream ends.
spells as (
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
        occurrences.currency_code,
        occurrences.amount,
        occurrences.recent_amount,
        occurrences.recent_occurrences,
        occurrences.invoice_id,
        occurrences.invoice_number,
        occurrences.billed_on,
        least(segments.counts_until, coalesce(occurrences.next_billed_on, segments.counts_until))
            as spell_ends
    from intermediate.cadence_occurrences as occurrences
    join intermediate.cadence_segments as segments
        on segments.organisation_id = occurrences.organisation_id
        and segments.stream = occurrences.stream
        and segments.segment_first_date = occurrences.segment_first_date
),

spell_months as (
    select
        *,
        unnest(generate_series(
            date_trunc('month', billed_on), date_trunc('month', spell_ends - 1), interval 1 month
        ))::date as month
    from spells
)

select
    spell_months.organisation_id,
    spell_months.stream_id,
    spell_months.class,
    spell_months.contact_id,
    spell_months.month,
    months.financial_year,
    spell_months.schedule_unit,
    spell_months.schedule_period,
    spell_months.first_date,
    spell_months.last_date,
    spell_months.paid_until,
    spell_months.currency_code,
    spell_months.amount,
    spell_months.recent_amount,
    spell_months.recent_occurrences,
    spell_months.invoice_id,
    spell_months.invoice_number
from spell_months
join months
    on months.organisation_id = spell_months.organisation_id
    and months.month = spell_months.month
where months.measured_on < spell_months.spell_ends
