-- Why a task is open again, or still: what a person or the write-back said, or else what the event
-- means. NULL for a task that is open since it was made. A note is empty where nobody said anything;
-- `recoding_note` is NULL where Xero's API can give the document another account.
create or replace macro intermediate.task_open_reason(
    event, reopened_reason, actor, note, recoding_note
) as
    case
        when event in ('sent_back', 'withdrawn', 'refused', 'conflicted', 'written') and note <> ''
            then note
        when event = 'sent_back' then actor || ' sent the answer back.'
        when event = 'refused' then 'Xero did not accept the answer.'
        when event = 'conflicted'
            then 'The transaction was changed in Xero after the answer was given: answer again.'
        when event = 'written' and recoding_note is not null
            then 'Note and files of the answer are at the document in Xero. ' || recoding_note
        when event = 'written'
            then 'The answer is in Xero. The task closes when the document has left the account.'
        when event = 'withdrawn' then actor || ' withdrew the answer.'
        when reopened_reason = 'person'
            then coalesce(nullif(note, ''), actor || ' reopened the task.')
        when reopened_reason = 'changed_after_dismissal'
            then 'The document was changed in Xero after the task had been dismissed.'
        when reopened_reason = 'back_on_account'
            then 'The document came back to a watched account.'
    end
