-- Every signal there is: whom it is about, its unit, and which way is better.
create or replace macro intermediate.signal_catalogue() as table
select signal, subject, unit, better
from (
    values
        ('overdue_share', 'agency', 'ratio', 'lower'),
        ('overdue_90_base', 'agency', 'base_currency', 'lower'),
        ('dso', 'agency', 'days', 'lower'),
        ('late_exposure_base', 'agency', 'base_currency', 'lower'),
        ('unapplied_credits_base', 'agency', 'base_currency', 'lower'),
        ('draft_invoices_base', 'agency', 'base_currency', 'lower'),
        ('overdue_bills_base', 'agency', 'base_currency', 'lower'),
        ('cash_base', 'agency', 'base_currency', 'higher'),
        ('runway_months', 'agency', 'months', 'higher'),
        ('mrr', 'agency', 'base_currency', 'higher'),
        ('mrr_growth', 'agency', 'ratio', 'higher'),
        ('nrr', 'agency', 'ratio', 'higher'),
        ('churned_clients', 'agency', 'clients', 'lower'),
        ('largest_client_share', 'agency', 'ratio', 'lower'),
        ('overdue_base', 'client', 'base_currency', 'lower'),
        ('oldest_days_overdue', 'client', 'days', 'lower'),
        ('overdue_risk_score', 'client', 'score', 'lower'),
        ('client_credits_base', 'client', 'base_currency', 'lower'),
        ('mrr_change', 'client', 'base_currency', 'higher'),
        ('revenue_share', 'client', 'ratio', 'lower')
) as signals (signal, subject, unit, better)
