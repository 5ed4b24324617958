-- All signals in one form: those about the organisation (contact_id is NULL) and those about its
-- clients, with band, change and words.
with

organisations as (
    select organisation_id, as_of_date, base_currency from staging.organisations
),

measured as (
    select * from intermediate.receivables_signals
    union all by name
    select * from intermediate.paperwork_signals
    union all by name
    select * from intermediate.cash_signals
    union all by name
    select * from intermediate.mrr_signals
    union all by name
    select * from intermediate.revenue_signals
    union all by name
    select * from intermediate.client_receivables_signals
    union all by name
    select * from intermediate.risk_signals
    union all by name
    select * from intermediate.client_mrr_signals
),

judged as (
    select
        measured.organisation_id,
        measured.contact_id,
        measured.signal,
        thresholds.subject,
        organisations.as_of_date,
        organisations.base_currency,
        measured.value,
        thresholds.unit,
        measured.previous_value,
        measured.value - measured.previous_value as change,
        coalesce(
            measured.direction,
            intermediate.signal_direction(
                measured.value, measured.previous_value, thresholds.better
            )
        ) as direction,
        coalesce(
            measured.band,
            intermediate.signal_band(
                measured.value, thresholds.better, thresholds.amber, thresholds.red
            )
        ) as band,
        thresholds.amber,
        thresholds.red,
        measured.sentence,
        coalesce(measured.drivers, []) as drivers
    from measured
    join organisations
        on organisations.organisation_id = measured.organisation_id
    join intermediate.signal_thresholds() as thresholds
        on thresholds.signal = measured.signal
)

select
    organisation_id,
    contact_id,
    signal,
    subject,
    as_of_date,
    value::decimal(18, 4) as value,
    unit,
    case unit when 'base_currency' then base_currency end as currency_code,
    previous_value::decimal(18, 4) as previous_value,
    change::decimal(18, 4) as change,
    direction,
    band,
    case band when 'red' then red else coalesce(amber, red) end as threshold,
    sentence,
    case signal
        when 'mrr_change' then 'The month before it changed by '
        else 'A month earlier it was '
    end || intermediate.words_value(previous_value, unit, base_currency) || '.'
        as sentence_previous,
    drivers
from judged
