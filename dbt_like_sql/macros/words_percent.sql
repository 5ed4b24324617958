-- A ratio as people write it: 58%, 3.2%.
create or replace macro intermediate.words_percent(ratio) as
    intermediate.words_number(100 * ratio) || '%'
