-- green, amber or red. amber and red are the values from which on a signal is of that colour (with
-- `lower` at or above them, with `higher` below them); NULL where a signal has no bands or no
-- value.
create or replace macro intermediate.signal_band(value, better, amber, red) as
    case
        when value is null or (amber is null and red is null) then null
        when better = 'lower' and value >= red then 'red'
        when better = 'lower' and value >= amber then 'amber'
        when better = 'higher' and value < red then 'red'
        when better = 'higher' and value < amber then 'amber'
        else 'green'
    end
