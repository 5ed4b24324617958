-- Every account that was ever watched, however shortly: the documents on it are kept an eye on, so
-- that a task can say what became of its own.
select distinct organisation_id, account_id
from intermediate.task_accounts
where account_id is not null
