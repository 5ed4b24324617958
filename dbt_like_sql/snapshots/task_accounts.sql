-- Which accounts were watched when: tells a document that was recoded from an account that is
-- watched no longer.
select organisation_id, account_id, document_types
from intermediate.task_accounts
where account_id is not null
