with

latest_contents as (
    select *
    from marts.client_task_history
    where document_state = 'live'
    qualify row_number() over (
        partition by organisation_id, task_id
        order by step desc
    ) = 1
),

-- The lines that made the task; of a closed one, as they were when it was last open.
contents as (
    select
        organisation_id,
        task_id,
        document_type,
        document_id,
        currency_code,
        unnest(matched_lines) as line
    from latest_contents
),

sources as (
    select organisation_id, endpoint, document_type, document_id, base_rate
    from intermediate.task_sources
),

current_lines as (
    select organisation_id, endpoint, document_id, line_number, line_item_id, account_id
    from intermediate.task_candidate_lines
),

accounts as (
    select organisation_id, account_id, name from staging.accounts
)

select
    contents.organisation_id,
    contents.task_id,
    contents.line.line_number as line_number,
    current_lines.line_item_id,
    contents.line.account_id as account_id,
    contents.line.account_code as account_code,
    accounts.name as account_name,
    contents.line.description as description,
    contents.line.quantity as quantity,
    contents.currency_code,
    contents.line.net_amount as net_amount,
    contents.line.tax_amount as tax_amount,
    intermediate.to_base(contents.line.net_amount, sources.base_rate) as net_amount_base
from contents
join sources
    on sources.organisation_id = contents.organisation_id
    and sources.document_type = contents.document_type
    and sources.document_id = contents.document_id
left join current_lines
    on current_lines.organisation_id = contents.organisation_id
    and current_lines.endpoint = sources.endpoint
    and current_lines.document_id = contents.document_id
    and current_lines.line_number = contents.line.line_number
    and current_lines.account_id = contents.line.account_id
left join accounts
    on accounts.organisation_id = contents.organisation_id
    and accounts.account_id = contents.line.account_id
