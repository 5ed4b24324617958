-- A number with a decimal place where it says something: 8.4, 12.
create or replace macro intermediate.words_number(number) as
    regexp_replace(format('{:,.1f}', round(number::decimal(28, 6), 1)::double), '\.0$', '')
