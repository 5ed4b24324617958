-- Aged receivables now, in one row: what Xero's aged report shows, and the prepayments it leaves
-- out.
with

documents as (
    select organisation_id, document_type, days_overdue, amount_due_base, is_rate_missing,
        amount_due_base_revalued, unrealised_gain_base
    from marts.ar_aging_documents
),

totals as (
    select
        organisation_id,
        count(*) as documents,
        sum(amount_due_base) filter (where document_type = 'invoice') as invoices,
        sum(amount_due_base) filter (where document_type = 'credit_note') as credit_notes,
        sum(amount_due_base) filter (where document_type = 'overpayment') as overpayments,
        sum(amount_due_base) filter (where document_type = 'prepayment') as prepayments,
        sum(amount_due_base) filter (where document_type = 'invoice' and days_overdue > 0)
            as overdue,
        sum(amount_due_base_revalued) as revalued,
        sum(unrealised_gain_base) as unrealised_gain,
        count(*) filter (where is_rate_missing) as documents_without_rate
    from documents
    group by organisation_id
)

select
    organisations.organisation_id,
    organisations.as_of_date,
    organisations.base_currency,
    coalesce(totals.documents, 0) as documents,
    coalesce(totals.invoices, 0)::decimal(18, 2) as invoices_base,
    coalesce(totals.credit_notes, 0)::decimal(18, 2) as credit_notes_base,
    coalesce(totals.overpayments, 0)::decimal(18, 2) as overpayments_base,
    (
        coalesce(totals.invoices, 0)
        + coalesce(totals.credit_notes, 0)
        + coalesce(totals.overpayments, 0)
    )::decimal(18, 2) as xero_view_base,
    coalesce(totals.prepayments, 0)::decimal(18, 2) as prepayments_base,
    (
        coalesce(totals.invoices, 0)
        + coalesce(totals.credit_notes, 0)
        + coalesce(totals.overpayments, 0)
        + coalesce(totals.prepayments, 0)
    )::decimal(18, 2) as net_base,
    coalesce(totals.overdue, 0)::decimal(18, 2) as overdue_base,
    coalesce(totals.revalued, 0)::decimal(18, 2) as net_revalued_base,
    coalesce(totals.unrealised_gain, 0)::decimal(18, 2) as unrealised_gain_base,
    coalesce(totals.documents_without_rate, 0) as documents_without_rate
from staging.organisations as organisations
left join totals
    on totals.organisation_id = organisations.organisation_id
