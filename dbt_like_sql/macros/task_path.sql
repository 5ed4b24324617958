-- The page of a task's document in Xero, for `deep_link`.
create or replace macro intermediate.task_path(document_type, xero_type, document_id) as
    case
        when document_type = 'bank_transaction'
            then '/Bank/ViewTransaction.aspx?bankTransactionID='
        when document_type = 'invoice' then '/AccountsReceivable/View.aspx?InvoiceID='
        when document_type = 'bill' then '/AccountsPayable/Edit.aspx?InvoiceID='
        when xero_type = 'ACCRECCREDIT' then '/AccountsReceivable/ViewCreditNote.aspx?creditNoteID='
        when xero_type = 'ACCPAYCREDIT' then '/AccountsPayable/ViewCreditNote.aspx?creditNoteID='
        when document_type = 'manual_journal' then '/Journal/View.aspx?invoiceID='
    end
    || document_id::varchar
