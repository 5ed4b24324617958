-- Documents in a foreign currency to which Xero gives no rate: they have no base amount and are
-- missing from every total in base currency.
select organisation_id, document_type, document_id, document_number, currency_code, total
from intermediate.documents
where is_live and is_rate_missing
