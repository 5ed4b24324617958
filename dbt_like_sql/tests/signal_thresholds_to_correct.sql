-- Lines of signal_thresholds.csv that cannot be meant, and signals without a line: they have no
-- colour.
with

lines as (
    select
        trim(signal::varchar) as signal,
        nullif(trim(amber::varchar), '') as amber,
        nullif(trim(red::varchar), '') as red,
        try_cast(nullif(trim(amber::varchar), '') as decimal(18, 4)) as amber_number,
        try_cast(nullif(trim(red::varchar), '') as decimal(18, 4)) as red_number,
        count(*) over (partition by trim(signal::varchar)) as times_written
    from seeds.signal_thresholds
),

compared as (
    select lines.*, catalogue.signal is null as is_unknown, catalogue.better
    from lines
    left join intermediate.signal_catalogue() as catalogue
        on catalogue.signal = lines.signal
),

problems as (
    select signal, 'There is no signal of this name.' as problem
    from compared
    where is_unknown
    union all
    select distinct signal, 'It has ' || times_written || ' lines; keep one.'
    from compared
    where times_written > 1
    union all
    select signal, 'amber is ' || amber || ', which is no number.'
    from compared
    where amber is not null and amber_number is null
    union all
    select signal, 'red is ' || red || ', which is no number.'
    from compared
    where red is not null and red_number is null
    union all
    select
        signal,
        case better
            when 'lower' then 'Lower is better, so red (' || red || ') must not be below amber ('
                || amber || ').'
            else 'Higher is better, so red (' || red || ') must not be above amber (' || amber
                || ').'
        end
    from compared
    where (better = 'lower' and red_number < amber_number)
        or (better = 'higher' and red_number > amber_number)
    union all
    select
        catalogue.signal,
        'It has no line; copy the one of dbt_like_sql/seeds/signal_thresholds.csv.'
    from intermediate.signal_catalogue() as catalogue
    anti join lines
        on lines.signal = catalogue.signal
)

select signal, problem
from problems
order by signal, problem
