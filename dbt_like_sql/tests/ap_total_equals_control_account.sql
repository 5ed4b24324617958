-- Invoices, credit notes and overpayments in base currency against the control account in Xero's
-- Trial Balance. Prepayments are not in it: they wait in the accounts of their own lines. Money that
-- came ahead of its document is in it before that is. Only for a report of the as-of date that was
-- read by the organisation's latest sync, and not when anything changed while that sync was reading.
with

unsettled as (
    select organisation_id
    from intermediate.document_changes
    where is_changed_since_read
    group by organisation_id
),

control as (
    select
        accounts.organisation_id,
        sum(-1 * trial_balance.balance) as amount
    from staging.trial_balance as trial_balance
    join staging.accounts as accounts
        on accounts.organisation_id = trial_balance.organisation_id
        and accounts.account_id = trial_balance.account_id
        and accounts.system_account = 'CREDITORS'
    join staging.organisations as organisations
        on organisations.organisation_id = trial_balance.organisation_id
        and organisations.as_of_date = trial_balance.as_of_date
        and organisations.synced_at <= trial_balance.synced_at
    group by accounts.organisation_id
),

actual as (
    select
        totals.organisation_id,
        totals.xero_view_base - coalesce(ahead.amount_base, 0) as amount
    from marts.ap_aging_totals as totals
    left join intermediate.settled_ahead_as_of(null) as ahead
        on ahead.organisation_id = totals.organisation_id
        and ahead.ledger = 'payable'
)

select
    control.organisation_id,
    control.amount as expected,
    actual.amount as actual,
    actual.amount - control.amount as variance
from control
join actual
    on actual.organisation_id = control.organisation_id
where actual.amount <> control.amount
    and control.organisation_id not in (select organisation_id from unsettled)
