-- What customers are billed for by hand, and whether it recurs.
with

streams as (
    select * from intermediate.cadence_streams
),

contacts as (
    select organisation_id, contact_id, name from staging.contacts
),

latest_segments as (
    select organisation_id, stream_id, paid_until, is_live
    from intermediate.cadence_segments
    where is_last
)

select
    streams.organisation_id,
    streams.stream_id,
    streams.contact_id,
    contacts.name as contact_name,
    streams.item_or_account,
    streams.text,
    streams.description,
    streams.class,
    streams.schedule_unit,
    streams.schedule_period,
    streams.occurrences,
    streams.occurrences_on_time,
    streams.skipped_slots,
    streams.first_date,
    streams.last_date,
    latest_segments.paid_until,
    coalesce(latest_segments.is_live, false) as is_live,
    streams.currency_code,
    streams.latest_amount,
    streams.confidence,
    streams.why
from streams
left join contacts
    on contacts.organisation_id = streams.organisation_id
    and contacts.contact_id = streams.contact_id
left join latest_segments
    on latest_segments.organisation_id = streams.organisation_id
    and latest_segments.stream_id = streams.stream_id
