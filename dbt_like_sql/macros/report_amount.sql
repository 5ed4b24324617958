-- A cell of a Xero report as money: text, with or without thousands separators; NULL when empty.
create or replace macro staging.report_amount(cell) as
    try_cast(replace(cell, ',', '') as decimal(18, 2))
