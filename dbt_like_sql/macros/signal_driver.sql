-- One of the documents that drove a signal.
create or replace macro intermediate.signal_driver(
    document_type, document_id, document_number, amount_base, deep_link
) as {
    'document_type': document_type::varchar,
    'document_id': document_id::uuid,
    'document_number': document_number::varchar,
    'amount_base': amount_base::decimal(18, 2),
    'deep_link': deep_link::varchar
}
