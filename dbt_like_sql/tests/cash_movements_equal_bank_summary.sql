-- Each account's movements from the first of the month to the as-of date, in base currency, against
-- cash received less cash spent in Xero's Bank Summary.
select
    organisation_id,
    account_id,
    account_name,
    net_flow as expected,
    movements_base as actual,
    movements_base - net_flow as variance
from intermediate.bank_reports_to_tie
where movements_base <> net_flow
