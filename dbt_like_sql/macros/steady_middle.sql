-- The middle of some days by their deciles [10 %, 30 %, 50 %, 70 %, 90 %]: the mean of the five. As
-- steady as the mean of all, and like the median deaf to what happens once in ten times.
create or replace macro intermediate.steady_middle(deciles) as
    (deciles[1] + deciles[2] + deciles[3] + deciles[4] + deciles[5]) / 5.0
