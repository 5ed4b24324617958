-- What a bookkeeper can do where Xero's API does not take another account, in words.
create or replace macro intermediate.task_recoding_note(obstacle) as
    case obstacle
        when 'reconciled'
            then 'The transaction is reconciled with a statement line, and Xero changes it for '
                || 'people only: open it in Xero, choose Edit transaction, and set the account.'
        when 'over_or_prepayment'
            then 'Over- and prepayments cannot be changed through Xero''s API: remove and post it '
                || 'again in Xero, or apply it to an invoice.'
        when 'transfer'
            then 'A transfer between own bank accounts has no account to choose: remove it in Xero '
                || 'and post it as money spent or received, if that is what it was.'
        when 'allocated'
            then 'The credit note is already applied to an invoice: take that back in Xero, recode '
                || 'the credit note, and apply it again.'
        when 'period_locked'
            then 'The document is dated up to the organisation''s lock date: an adviser moves the '
                || 'lock date in Xero, or posts a journal in the open period.'
        when 'off_account'
            then 'No line of the document is on a watched account any more: if the account is not '
                || 'right, recode it in Xero.'
        when 'voided' then 'The document is voided in Xero; there is nothing left to recode.'
        when 'deleted' then 'The document is deleted in Xero; there is nothing left to recode.'
    end
