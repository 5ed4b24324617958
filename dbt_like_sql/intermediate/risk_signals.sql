-- The score of marts.overdue_risk now and as it stood a month ago, with what is open and longest
-- overdue behind it; and what all clients together are likely to pay more than 30 days late.
with

organisations as (
    select organisation_id, base_currency from staging.organisations
),

risks as (
    select organisation_id, contact_id, contact_name, score, exposure_base, sentence
    from intermediate.overdue_risks
),

risks_before as (
    select organisation_id, contact_id, score, exposure_base
    from intermediate.overdue_risk_a_month_ago
),

drivers as (
    select
        organisation_id,
        canonical_contact_id as contact_id,
        arg_max(
            intermediate.signal_driver(
                document_type, document_id, document_number, amount_due_base, deep_link
            ),
            (days_overdue, amount_due_base, document_id),
            10
        ) as drivers
    from intermediate.open_documents
    where ledger = 'receivable' and document_type = 'invoice'
    group by organisation_id, canonical_contact_id
),

exposures as (
    select
        organisation_id,
        sum(exposure_base) as exposure_base,
        arg_max(contact_name, (exposure_base, contact_id)) as most_from,
        arg_max(contact_id, (exposure_base, contact_id)) as most_from_id
    from risks
    where exposure_base > 0
    group by organisation_id
),

exposures_before as (
    select organisation_id, sum(exposure_base) as exposure_base
    from risks_before
    group by organisation_id
)

select
    risks.organisation_id,
    risks.contact_id,
    'overdue_risk_score' as signal,
    risks.score::decimal(18, 4) as value,
    risks_before.score::decimal(18, 4) as previous_value,
    risks.sentence,
    drivers.drivers
from risks
left join risks_before
    on risks_before.organisation_id = risks.organisation_id
    and risks_before.contact_id = risks.contact_id
left join drivers
    on drivers.organisation_id = risks.organisation_id
    and drivers.contact_id = risks.contact_id
where risks.score is not null
union all
select
    organisations.organisation_id,
    null,
    'late_exposure_base',
    coalesce(exposures.exposure_base, 0)::decimal(18, 4),
    coalesce(exposures_before.exposure_base, 0)::decimal(18, 4),
    case
        when exposures.organisation_id is null
            then 'Nothing that is open is likely to be paid more than 30 days late.'
        else intermediate.words_money(exposures.exposure_base, organisations.base_currency)
            || ' of what is open is likely to be paid more than 30 days late, most of it by '
            || exposures.most_from || '.'
    end,
    drivers.drivers
from organisations
left join exposures
    on exposures.organisation_id = organisations.organisation_id
left join exposures_before
    on exposures_before.organisation_id = organisations.organisation_id
left join drivers
    on drivers.organisation_id = exposures.organisation_id
    and drivers.contact_id = exposures.most_from_id
