-- The spans in which a stream counts: from its first invoice until what is billed is paid, and
-- again when a customer had left and came back.
with

streams as (
    select organisation_id, stream, stream_id, contact_id, class
    from intermediate.cadence_streams
    where class in ('recurring', 'recurring_variable')
),

organisations as (
    select organisation_id, as_of_date from staging.organisations
),

template_beginnings as (
    select organisation_id, contact_id, max(first_invoice_date) as begun_on
    from intermediate.recurring_templates
    group by organisation_id, contact_id
),

spans as (
    select
        organisation_id,
        stream,
        schedule_unit,
        schedule_period,
        segment_first_date,
        any_value(offset_days) as offset_days,
        max(slot) as last_slot,
        min(billed_on) as first_date,
        max(billed_on) as last_date
    from intermediate.cadence_occurrences
    group by
        organisation_id, stream, schedule_unit, schedule_period, segment_first_date
),

segments as (
    select
        streams.organisation_id,
        streams.stream,
        streams.stream_id,
        streams.class,
        streams.contact_id,
        spans.schedule_unit,
        spans.schedule_period,
        spans.segment_first_date,
        spans.first_date,
        spans.last_date,
        intermediate.cadence_slot_day(
            spans.schedule_unit,
            spans.schedule_period,
            spans.segment_first_date,
            spans.last_slot + 1,
            spans.offset_days
        ) as paid_until
    from streams
    join spans
        on spans.organisation_id = streams.organisation_id
        and spans.stream = streams.stream
),

ends as (
    select
        segments.*,
        organisations.as_of_date,
        segments.last_date = max(segments.last_date) over (partition by segments.organisation_id, segments.stream)
            as is_last,
        -- A period and a half without an invoice is churn, dated back to what is paid.
        segments.paid_until + (
            case segments.schedule_unit
                when 'WEEKLY' then 7 * segments.schedule_period // 2
                else 15 * segments.schedule_period
            end
        )::integer as open_until,
        coalesce(template_beginnings.begun_on > segments.last_date, false) as has_moved
    from segments
    join organisations
        on organisations.organisation_id = segments.organisation_id
    left join template_beginnings
        on template_beginnings.organisation_id = segments.organisation_id
        and template_beginnings.contact_id = segments.contact_id
)

select
    organisation_id,
    stream,
    stream_id,
    class,
    contact_id,
    schedule_unit,
    schedule_period,
    segment_first_date,
    first_date,
    last_date,
    paid_until,
    is_last,
    is_last and as_of_date < open_until and not has_moved as is_live,
    case
        when is_last and as_of_date < open_until and not has_moved
            then greatest(paid_until, as_of_date + 1)
        else paid_until
    end as counts_until
from ends
