-- The value of a signal in its unit: 1,234.50 NZD, 58%, 8.4 months, 1 client.
create or replace macro intermediate.words_value(value, unit, currency_code) as
    case unit
        when 'base_currency' then intermediate.words_money(value, currency_code)
        when 'ratio' then intermediate.words_percent(value)
        when 'score' then intermediate.words_number(value) || ' of 100'
        else intermediate.words_number(value) || ' '
            || case value when 1 then rtrim(unit, 's') else unit end
    end
