-- The score of marts.overdue_risk, with what is open and longest overdue behind it.
with

open_invoices as (
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
)

select
    risk.organisation_id,
    risk.contact_id,
    'overdue_risk_score' as signal,
    risk.score::decimal(18, 4) as value,
    null::decimal(18, 4) as previous_value,
    risk.sentence,
    open_invoices.drivers
from marts.overdue_risk as risk
left join open_invoices
    on open_invoices.organisation_id = risk.organisation_id
    and open_invoices.contact_id = risk.contact_id
where risk.score is not null
