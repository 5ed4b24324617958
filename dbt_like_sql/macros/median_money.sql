-- The median of a list of amounts: of an even number of them the mean of the middle two.
create or replace macro intermediate.median_money(amounts) as
    intermediate.mean_money(
        [
            list_sort(amounts)[(len(amounts) + 1) // 2],
            list_sort(amounts)[len(amounts) // 2 + 1]
        ]
    )
