-- One text for everything that a client is asked about: it is the same as long as the document says
-- the same. `contents` as in intermediate.task_contents_of.
create or replace macro intermediate.task_contents_hash(contents) as
    md5(concat_ws(
        chr(31),
        coalesce(contents.document_date::varchar, ''),
        coalesce(contents.total::varchar, ''),
        coalesce(contents.currency_code, ''),
        coalesce(contents.contact_id::varchar, ''),
        coalesce(contents.document_number, ''),
        coalesce(contents.reference, ''),
        coalesce(contents.lines_hash, '')
    ))
