-- The days on which a customer was billed by hand for the same thing: the raw material of cadences.
with

-- Two invoices on one day are one occurrence; the one with the higher number names it.
days as (
    select
        organisation_id,
        thing,
        currency_code,
        is_credited,
        invoice_date as billed_on,
        max(invoice_number) as invoice_number,
        max_by(invoice_id, (invoice_number, invoice_id)) as invoice_id,
        sum(amount)::decimal(18, 2) as amount
    from intermediate.hand_billed_lines
    group by organisation_id, thing, currency_code, is_credited, invoice_date
    having sum(amount) <> 0
),

currency_spans as (
    select
        organisation_id,
        thing,
        currency_code,
        min(billed_on) as first_date,
        max(billed_on) as last_date,
        count(*) as days
    from days
    group by organisation_id, thing, currency_code
),

neighbouring_spans as (
    select
        *,
        first_date <= lag(last_date) over (
            partition by organisation_id, thing order by first_date, last_date, currency_code
        ) as is_beside,
        sum(days) over (partition by organisation_id, thing) as days_in_all
    from currency_spans
),

-- A customer that changes currency goes on; one billed in two currencies side by side has two
-- streams.
streams as (
    select
        organisation_id,
        thing,
        currency_code,
        case
            when coalesce(bool_or(is_beside) over (partition by organisation_id, thing), false)
                then hash(thing, currency_code)
            else thing
        end as stream
    from neighbouring_spans
    -- What was billed on one day only has no rhythm.
    where days_in_all > 1
),

stream_days as (
    select
        days.organisation_id,
        streams.stream,
        days.thing,
        days.billed_on,
        days.is_credited,
        days.invoice_id,
        days.invoice_number,
        days.currency_code,
        days.amount
    from days
    join streams
        on streams.organisation_id = days.organisation_id
        and streams.thing = days.thing
        and streams.currency_code = days.currency_code
),

taken_back as (
    select organisation_id, stream, billed_on from stream_days where is_credited
),

billed_beside as (
    select
        stream_days.organisation_id,
        stream_days.stream,
        stream_days.billed_on,
        stream_days.billed_on - lag(stream_days.billed_on) over (
            partition by stream_days.organisation_id, stream_days.stream order by stream_days.billed_on
        ) as gap
    from stream_days
    semi join taken_back
        on taken_back.organisation_id = stream_days.organisation_id
        and taken_back.stream = stream_days.stream
    where not stream_days.is_credited
),

usual_gaps as (
    select organisation_id, stream, quantile_disc(gap, 0.5) as usual_gap
    from billed_beside
    group by organisation_id, stream
),

-- The invoice that follows one taken back and comes before the next is due replaces it, unless the
-- same period had been billed already.
rebilled as (
    select
        taken_back.organisation_id,
        taken_back.stream,
        following.billed_on,
        min(taken_back.billed_on) as instead_of
    from taken_back
    join usual_gaps
        on usual_gaps.organisation_id = taken_back.organisation_id
        and usual_gaps.stream = taken_back.stream
    asof join billed_beside as following
        on following.organisation_id = taken_back.organisation_id
        and following.stream = taken_back.stream
        and following.billed_on >= taken_back.billed_on
    where following.billed_on - taken_back.billed_on
        < usual_gaps.usual_gap - greatest(3, 0.12 * usual_gaps.usual_gap)
        and coalesce(
            following.gap - (following.billed_on - taken_back.billed_on)
                >= 0.5 * usual_gaps.usual_gap,
            true
        )
    group by taken_back.organisation_id, taken_back.stream, following.billed_on
)

select
    stream_days.organisation_id,
    stream_days.stream,
    stream_days.thing,
    coalesce(rebilled.instead_of, stream_days.billed_on) as billed_on,
    stream_days.invoice_id,
    stream_days.invoice_number,
    stream_days.currency_code,
    stream_days.amount
from stream_days
left join rebilled
    on rebilled.organisation_id = stream_days.organisation_id
    and rebilled.stream = stream_days.stream
    and rebilled.billed_on = stream_days.billed_on
where not stream_days.is_credited
