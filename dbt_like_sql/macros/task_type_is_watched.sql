-- Whether an account is watched for documents of one of Xero's types. Transfers between own accounts
-- are asked about only where their type is named.
create or replace macro intermediate.task_type_is_watched(document_types, xero_type) as
    case
        when document_types is null then not ends_with(xero_type, '-TRANSFER')
        else list_contains(document_types, xero_type)
    end
