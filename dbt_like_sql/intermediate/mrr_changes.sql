with

current_months as (
    select organisation_id, month as current_month
    from intermediate.mrr_months
    where is_current
),

neighbours as (
    select
        organisation_id,
        month,
        contact_id,
        mrr_base,
        lag(month) over customer as previous_month,
        lag(mrr_base) over customer as previous_mrr_base,
        lag(mrr_base_at_next_rate) over customer as previous_at_this_rate,
        lead(month) over customer as following_month
    from intermediate.mrr_customer_months
    window customer as (partition by organisation_id, contact_id order by month)
),

continuing as (
    select * from neighbours where previous_month = month - interval 1 month
),

movements as (
    select organisation_id, month, contact_id, 'new' as movement, mrr_base as amount_base
    from neighbours
    where previous_month is null

    union all

    select organisation_id, month, contact_id, 'reactivation', mrr_base
    from neighbours
    where previous_month < month - interval 1 month

    union all

    -- A new financial year brings new constant rates: the month before is valued at them first.
    select organisation_id, month, contact_id, 'fx', previous_at_this_rate - previous_mrr_base
    from continuing

    union all

    select
        organisation_id,
        month,
        contact_id,
        'expansion',
        greatest(mrr_base - previous_at_this_rate, 0)
    from continuing

    union all

    select
        organisation_id,
        month,
        contact_id,
        'contraction',
        greatest(previous_at_this_rate - mrr_base, 0)
    from continuing

    union all

    select
        neighbours.organisation_id,
        (neighbours.month + interval 1 month)::date,
        neighbours.contact_id,
        'churn',
        neighbours.mrr_base
    from neighbours
    join current_months
        on current_months.organisation_id = neighbours.organisation_id
    where neighbours.month < current_months.current_month
        and coalesce(neighbours.following_month > neighbours.month + interval 1 month, true)
)

select
    movements.organisation_id,
    movements.month,
    movements.contact_id,
    contacts.name as contact_name,
    movements.movement,
    movements.amount_base::decimal(18, 2) as amount_base
from movements
left join staging.contacts as contacts
    on contacts.organisation_id = movements.organisation_id
    and contacts.contact_id = movements.contact_id
where movements.amount_base <> 0
