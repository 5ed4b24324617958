-- When each contact's documents last changed at Xero, in any status. A balance that Xero worked out
-- before that is out of date: contact balances change without the contact being announced.
with

documents as (
    select organisation_id, contact_id, updated_date_utc from staging.invoices
    union all
    select organisation_id, contact_id, updated_date_utc from staging.credit_notes
    union all
    select organisation_id, contact_id, updated_date_utc from staging.prepayments
    union all
    select organisation_id, contact_id, updated_date_utc from staging.overpayments
)

select organisation_id, contact_id, max(updated_date_utc) as last_changed_at
from documents
group by organisation_id, contact_id
