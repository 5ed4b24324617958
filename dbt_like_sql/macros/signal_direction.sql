-- better, worse or same against the month before; NULL where there is nothing to compare.
create or replace macro intermediate.signal_direction(value, previous_value, better) as
    case
        when value = previous_value then 'same'
        when value > previous_value then case better when 'higher' then 'better' else 'worse' end
        when value < previous_value then case better when 'lower' then 'better' else 'worse' end
    end
