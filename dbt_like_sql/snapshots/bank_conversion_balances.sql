-- What each bank account held before its first transaction in Xero: the opening balance of the first
-- period that was ever read, less our movements before it. Kept as it was found, so that a movement
-- that is missed later shows as a difference instead of being taken for a beginning.
select
    organisation_id,
    account_id,
    as_of_date as known_on,
    opening_beyond_movements as conversion_base
from intermediate.bank_reports_to_tie
