-- What is left out of burn, by month and account, and why: transfers, financing and one-offs are in
-- no burn figure; tax is in net burn and left out of net burn without tax.
with

movements as (
    select
        organisation_id,
        date_trunc('month', movement_date)::date as month,
        category,
        -- A transfer stands on the bank account that it moved; other money on what it was coded to.
        case when is_transfer then account_id end as bank_account_id,
        case when not is_transfer then counter_account_code end as counter_account_code,
        coalesce(category_reason, '') as reason,
        direction,
        source_id,
        amount_base
    from intermediate.cash_movements
    where category <> 'operating'
),

grouped as (
    select
        organisation_id,
        month,
        category,
        bank_account_id,
        counter_account_code,
        reason,
        coalesce(sum(amount_base) filter (where direction = 'in'), 0) as in_base,
        -coalesce(sum(amount_base) filter (where direction = 'out'), 0) as out_base,
        coalesce(sum(amount_base), 0) as net_base,
        count(distinct source_id) as documents,
        list(distinct source_id order by source_id)[1:10] as document_ids
    from movements
    group by all
)

select
    grouped.organisation_id,
    grouped.month,
    grouped.category,
    coalesce(banks.code, grouped.counter_account_code) as account_code,
    coalesce(
        banks.name,
        categories.account_name,
        grouped.counter_account_code,
        'Payments of invoices and bills'
    ) as account_name,
    nullif(grouped.reason, '') as reason,
    case grouped.category when 'tax' then 'net_burn_without_tax' else 'net_burn' end as left_out_of,
    grouped.in_base::decimal(18, 2) as in_base,
    grouped.out_base::decimal(18, 2) as out_base,
    grouped.net_base::decimal(18, 2) as net_base,
    grouped.documents,
    grouped.document_ids
from grouped
left join staging.accounts as banks
    on banks.organisation_id = grouped.organisation_id
    and banks.account_id = grouped.bank_account_id
left join intermediate.cash_categories as categories
    on categories.organisation_id = grouped.organisation_id
    and categories.account_code = grouped.counter_account_code
