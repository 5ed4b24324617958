-- A number with its noun: 1 client, 2 clients.
create or replace macro intermediate.words_count(number, one, many) as
    format('{:,}', number::bigint) || ' ' || case number when 1 then one else many end
