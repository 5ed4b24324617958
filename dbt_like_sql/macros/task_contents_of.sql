-- Everything that a client is asked about, compared and written down as one value.
create or replace macro intermediate.task_contents_of(
    document_date, total, currency_code, contact_id, document_number, reference, lines_hash
) as {
    'document_date': document_date,
    'total': total::decimal(18, 2),
    'currency_code': currency_code,
    'contact_id': contact_id,
    'document_number': document_number,
    'reference': reference,
    'lines_hash': lines_hash
}
