-- What differs between two contents of a document, as in intermediate.task_contents_of.
create or replace macro intermediate.task_changes(was, is_now) as list_filter(
    [
        case when was.document_date is distinct from is_now.document_date then 'date' end,
        case when was.total is distinct from is_now.total then 'total' end,
        case when was.currency_code is distinct from is_now.currency_code then 'currency' end,
        case when was.contact_id is distinct from is_now.contact_id then 'contact' end,
        case when was.lines_hash is distinct from is_now.lines_hash then 'lines' end,
        case
            when (was.document_number, was.reference)
                is distinct from (is_now.document_number, is_now.reference) then 'reference'
        end
    ],
    lambda field: field is not null
)
