-- The signals with the values from which on they are amber and red: NULL where the seed gives none.
-- A line that cannot be meant (written twice, no number, red on the better side of amber) gives
-- none: the test signal_thresholds_to_correct says so.
create or replace macro intermediate.signal_thresholds() as table
with

lines as (
    select
        trim(signal::varchar) as signal,
        nullif(trim(amber::varchar), '') as amber_text,
        nullif(trim(red::varchar), '') as red_text,
        try_cast(nullif(trim(amber::varchar), '') as decimal(18, 4)) as amber,
        try_cast(nullif(trim(red::varchar), '') as decimal(18, 4)) as red,
        count(*) over (partition by trim(signal::varchar)) as times_written
    from seeds.signal_thresholds
),

readable as (
    select
        lines.*,
        lines.times_written = 1
        and (lines.amber_text is null) = (lines.amber is null)
        and (lines.red_text is null) = (lines.red is null)
        and case catalogue.better
            when 'lower' then coalesce(lines.red >= lines.amber, true)
            else coalesce(lines.red <= lines.amber, true)
        end as is_usable
    from lines
    join intermediate.signal_catalogue() as catalogue
        on catalogue.signal = lines.signal
)

select
    catalogue.signal,
    catalogue.subject,
    catalogue.unit,
    catalogue.better,
    readable.amber,
    readable.red
from intermediate.signal_catalogue() as catalogue
left join readable
    on readable.signal = catalogue.signal
    and readable.is_usable
