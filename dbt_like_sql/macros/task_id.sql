-- A task's id: the same for the same document in every warehouse and after every rebuild.
create or replace macro intermediate.task_id(organisation_id, document_type, document_id) as
    md5(organisation_id::varchar || '|' || document_type || '|' || document_id::varchar)::uuid
