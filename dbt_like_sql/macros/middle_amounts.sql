-- What lies in the middle of a list of amounts, twice or the two of an even number: their mean is
-- the median.
create or replace macro intermediate.middle_amounts(amounts) as [
    list_sort(amounts)[(len(amounts) + 1) // 2],
    list_sort(amounts)[len(amounts) // 2 + 1]
]
