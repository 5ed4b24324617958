-- The address that opens a document in Xero. A pre- or overpayment has no page of its own: it opens
-- as the bank transaction that made it; NULL where that was not read.
create or replace macro intermediate.document_link(
    short_code, ledger, document_type, document_id, bank_transaction_id
) as
    intermediate.deep_link(
        short_code,
        case
            when document_type = 'invoice' and ledger = 'receivable'
                then '/AccountsReceivable/View.aspx?InvoiceID=' || document_id::varchar
            when document_type = 'invoice'
                then '/AccountsPayable/Edit.aspx?InvoiceID=' || document_id::varchar
            when document_type = 'credit_note' and ledger = 'receivable'
                then '/AccountsReceivable/ViewCreditNote.aspx?creditNoteID='
                    || document_id::varchar
            when document_type = 'credit_note'
                then '/AccountsPayable/ViewCreditNote.aspx?creditNoteID=' || document_id::varchar
            else '/Bank/ViewTransaction.aspx?bankTransactionID=' || bank_transaction_id::varchar
        end
    )
