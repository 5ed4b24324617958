-- What deserves attention in each client, one figure a row. A client without anything open, risky
-- or recurring has no row.
with

organisations as (
    select organisation_id, as_of_date, base_currency from staging.organisations
),

thresholds as (
    select
        signal,
        better,
        try_cast(amber as decimal(18, 4)) as amber,
        try_cast(red as decimal(18, 4)) as red,
        unit
    from seeds.signal_thresholds
),

overdue_documents as (
    select
        organisation_id,
        canonical_contact_id as contact_id,
        list(document_id order by amount_due_base desc, document_id)[1:10] as documents
    from marts.ar_aging_documents
    where document_type = 'invoice' and days_overdue > 0
    group by organisation_id, canonical_contact_id
),

overdue as (
    select
        contacts.organisation_id,
        contacts.contact_id,
        contacts.contact_name,
        'overdue_base' as signal,
        contacts.overdue_base as value,
        coalesce(before.overdue_base, 0) as previous_value,
        case
            when contacts.overdue_base > 0
                then contacts.contact_name || ' is late with '
                    || intermediate.words_money(
                        contacts.overdue_base, organisations.base_currency
                    ) || ', the oldest for ' || contacts.oldest_days_overdue || ' days.'
            else contacts.contact_name || ' is not late with anything.'
        end as sentence,
        overdue_documents.documents
    from marts.ar_aging_contacts as contacts
    join organisations
        on organisations.organisation_id = contacts.organisation_id
    left join intermediate.receivables_a_month_ago as before
        on before.organisation_id = contacts.organisation_id
        and before.contact_id = contacts.contact_id
    left join overdue_documents
        on overdue_documents.organisation_id = contacts.organisation_id
        and overdue_documents.contact_id = contacts.contact_id
),

risk as (
    select
        risk.organisation_id,
        risk.contact_id,
        risk.contact_name,
        'overdue_risk_score' as signal,
        risk.score as value,
        null::decimal(18, 4) as previous_value,
        risk.sentence,
        overdue_documents.documents
    from marts.overdue_risk as risk
    left join overdue_documents
        on overdue_documents.organisation_id = risk.organisation_id
        and overdue_documents.contact_id = risk.contact_id
    where risk.score is not null
),

mrr_months as (
    select
        mrr_customers.organisation_id,
        mrr_customers.contact_id,
        sum(mrr_customers.mrr_base) filter (
            where mrr_customers.month = date_trunc('month', organisations.as_of_date)
        ) as mrr_base,
        sum(mrr_customers.mrr_base) filter (
            where mrr_customers.month
                = date_trunc('month', organisations.as_of_date) - interval 1 month
        ) as mrr_base_before,
        sum(mrr_customers.mrr_base) filter (
            where mrr_customers.month
                = date_trunc('month', organisations.as_of_date) - interval 2 months
        ) as mrr_base_two_before
    from marts.mrr_customers as mrr_customers
    join organisations
        on organisations.organisation_id = mrr_customers.organisation_id
    group by mrr_customers.organisation_id, mrr_customers.contact_id
),

mrr as (
    select
        mrr_months.organisation_id,
        mrr_months.contact_id,
        contacts.name as contact_name,
        'mrr_change' as signal,
        coalesce(mrr_months.mrr_base, 0) - coalesce(mrr_months.mrr_base_before, 0) as value,
        coalesce(mrr_months.mrr_base_before, 0) - coalesce(mrr_months.mrr_base_two_before, 0)
            as previous_value,
        contacts.name || case
            when coalesce(mrr_months.mrr_base, 0) = coalesce(mrr_months.mrr_base_before, 0)
                then ' pays the same each month as a month ago: '
            else ' pays each month '
        end || intermediate.words_money(
            coalesce(mrr_months.mrr_base, 0), organisations.base_currency
        ) || case
            when coalesce(mrr_months.mrr_base, 0) = coalesce(mrr_months.mrr_base_before, 0)
                then '.'
            else ', a month ago it was ' || intermediate.words_money(
                coalesce(mrr_months.mrr_base_before, 0), organisations.base_currency
            ) || '.'
        end as sentence,
        null::uuid[] as documents
    from mrr_months
    join organisations
        on organisations.organisation_id = mrr_months.organisation_id
    left join staging.contacts as contacts
        on contacts.organisation_id = mrr_months.organisation_id
        and contacts.contact_id = mrr_months.contact_id
    where coalesce(mrr_months.mrr_base, mrr_months.mrr_base_before) is not null
),

signals as (
    select * from overdue
    union all by name
    select * from risk
    union all by name
    select * from mrr
),

banded as (
    select
        signals.*,
        organisations.as_of_date,
        thresholds.unit,
        thresholds.amber,
        thresholds.red,
        intermediate.signal_band(
            signals.value, thresholds.better, thresholds.amber, thresholds.red
        ) as band
    from signals
    join organisations
        on organisations.organisation_id = signals.organisation_id
    left join thresholds
        on thresholds.signal = signals.signal
)

select
    organisation_id,
    contact_id,
    signal,
    as_of_date,
    contact_name,
    value::decimal(18, 4) as value,
    unit,
    previous_value::decimal(18, 4) as previous_value,
    band,
    case band when 'red' then red else amber end as threshold,
    sentence,
    coalesce(documents, []::uuid[]) as documents
from banded
