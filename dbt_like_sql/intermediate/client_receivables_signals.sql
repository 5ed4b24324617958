-- What each client owes: how much of it is late, for how long, and the credits it has with us. Of
-- clients that have something open, or had it a month ago.
with

organisations as (
    select organisation_id, base_currency from staging.organisations
),

now as (
    select
        organisation_id,
        canonical_contact_id as contact_id,
        sum(amount_due_base) filter (where document_type = 'invoice' and days_overdue > 0)
            as overdue_base,
        max(days_overdue) filter (where document_type = 'invoice') as oldest_days_overdue,
        -sum(amount_due_base) filter (where document_type <> 'invoice') as credits_base,
        arg_max(driver, (amount_due_base, document_id), 10) filter (
            where document_type = 'invoice' and days_overdue > 0
        ) as overdue_drivers,
        arg_max(driver, (days_overdue, document_id), 10) filter (
            where document_type = 'invoice' and days_overdue > 0
        ) as oldest_drivers,
        arg_max(driver, (-amount_due_base, document_id), 10) filter (
            where document_type <> 'invoice'
        ) as credit_drivers
    from (
        select
            *,
            intermediate.signal_driver(
                document_type, document_id, document_number, amount_due_base, deep_link
            ) as driver
        from intermediate.open_documents
        where ledger = 'receivable'
    ) as documents
    group by organisation_id, canonical_contact_id
),

month_ago as (
    select
        organisation_id, contact_id, overdue_base, oldest_days_overdue, unapplied_credit_base
    from intermediate.receivables_a_month_ago
),

names as (
    select organisation_id, client_key as contact_id, name
    from intermediate.client_contacts
    where is_survivor
),

joined as (
    select
        organisation_id,
        contact_id,
        names.name,
        organisations.base_currency,
        coalesce(now.overdue_base, 0) as overdue_base,
        greatest(coalesce(now.oldest_days_overdue, 0), 0) as oldest_days_overdue,
        coalesce(now.credits_base, 0) as credits_base,
        coalesce(month_ago.overdue_base, 0) as overdue_base_before,
        coalesce(month_ago.oldest_days_overdue, 0) as oldest_days_overdue_before,
        coalesce(month_ago.unapplied_credit_base, 0) as credits_base_before,
        now.overdue_drivers,
        now.oldest_drivers,
        now.credit_drivers
    from now
    full join month_ago
        using (organisation_id, contact_id)
    join organisations
        using (organisation_id)
    join names
        using (organisation_id, contact_id)
)

select
    organisation_id,
    contact_id,
    'overdue_base' as signal,
    overdue_base::decimal(18, 4) as value,
    overdue_base_before::decimal(18, 4) as previous_value,
    case
        when overdue_base > 0
            then name || ' is late with ' || intermediate.words_money(overdue_base, base_currency)
                || ', the oldest of it for '
                || intermediate.words_count(oldest_days_overdue, 'day', 'days') || '.'
        else name || ' is not late with anything.'
    end as sentence,
    overdue_drivers as drivers
from joined
union all
select
    organisation_id,
    contact_id,
    'oldest_days_overdue',
    oldest_days_overdue::decimal(18, 4),
    oldest_days_overdue_before::decimal(18, 4),
    case
        when oldest_days_overdue > 0
            then 'The oldest open invoice of ' || name || ' is '
                || intermediate.words_count(oldest_days_overdue, 'day', 'days')
                || ' past its due date.'
        else 'No invoice of ' || name || ' is past its due date.'
    end,
    oldest_drivers
from joined
union all
select
    organisation_id,
    contact_id,
    'client_credits_base',
    credits_base::decimal(18, 4),
    credits_base_before::decimal(18, 4),
    case
        when credits_base > 0
            then name || ' has ' || intermediate.words_money(credits_base, base_currency)
                || ' in credit that is not yet set against any invoice.'
        else 'Every credit of ' || name || ' is set against an invoice.'
    end,
    credit_drivers
from joined
where credits_base <> 0 or credits_base_before <> 0
