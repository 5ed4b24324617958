-- The middle of a list of quartiles [25 %, 50 %, 75 %]: a quarter, a half and a quarter of them.
-- As deaf to one odd value as a median, but steadier where there are few values.
create or replace macro intermediate.trimean(quartiles) as
    (quartiles[1] + 2 * quartiles[2] + quartiles[3]) / 4.0
