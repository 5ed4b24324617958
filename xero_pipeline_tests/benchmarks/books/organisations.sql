-- The organisations themselves, their accounts, the account that is watched, and their last sync.
create or replace temp table organisations as
select
    number,
    md5('organisation/' || number)::uuid as organisation_id,
    ['NEWZEALANDSTANDARDTIME', 'GMTSTANDARDTIME', 'PACIFICSTANDARDTIME'][1 + number % 3] as timezone
from range(getvariable('organisations')) as numbers(number);

create or replace temp macro thing_id(organisation, kind, number) as
    md5(organisation || kind || number)::uuid;

-- A number that looks like chance and is the same every time.
create or replace temp macro dice(organisation, number, what) as
    (hash(organisation, number, what) >> 1)::bigint;

insert into raw.organisation by name
select
    organisation_id,
    'Organisation ' || number as name,
    'NZD' as base_currency,
    timezone,
    31 as financial_year_end_day,
    3 as financial_year_end_month,
    timestamp '2024-01-01' as _first_seen_at,
    timestamp '2026-06-30 12:00:00' as _synced_at
from organisations;

insert into raw.accounts by name
select
    organisation_id,
    thing_id(organisations.number, 'account', code) as account_id,
    code,
    accounts.name,
    type,
    'ACTIVE' as status,
    system_account,
    bank_account_type,
    currency_code,
    timestamp '2024-01-01' as _first_seen_at,
    timestamp '2026-06-30 12:00:00' as _synced_at
from organisations, (
    values
        ('090', 'Business account', 'BANK', null, 'BANK', 'NZD'),
        ('091', 'US dollar account', 'BANK', null, 'BANK', 'USD'),
        ('092', 'Company card', 'BANK', null, 'CREDITCARD', 'NZD'),
        ('200', 'Retainers', 'REVENUE', null, null, null),
        ('201', 'Hours', 'REVENUE', null, null, null),
        ('260', 'Media spend (pass-through)', 'REVENUE', null, null, null),
        ('310', 'Subcontractors', 'DIRECTCOSTS', null, null, null),
        ('404', 'Software', 'EXPENSE', null, null, null),
        ('420', 'Rent', 'EXPENSE', null, null, null),
        ('477', 'Wages', 'EXPENSE', null, null, null),
        ('610', 'Accounts Receivable', 'CURRENT', 'DEBTORS', null, null),
        ('800', 'Accounts Payable', 'CURRLIAB', 'CREDITORS', null, null),
        ('820', 'GST', 'CURRLIAB', 'GST', null, null),
        ('850', 'Uncategorised Expense', 'EXPENSE', null, null, null),
        ('970', 'Owner funds introduced', 'EQUITY', null, null, null)
) as accounts(code, name, type, system_account, bank_account_type, currency_code);

insert into ops.monitored_accounts by name
select
    organisation_id,
    thing_id(number, 'account', '850') as account_id,
    '850' as account_code,
    365 as look_back_days,
    timestamp '2026-01-01' as selected_at
from organisations;

insert into ops.syncs by name
select
    md5(organisation_id || endpoint) as sync_id,
    organisation_id,
    endpoint,
    timestamp '2026-06-30 12:00:00' as started_at,
    timestamp '2026-06-30 12:01:00' as finished_at,
    timestamp '2026-06-30 12:02:00' as loaded_at,
    true as complete_listing,
    1 as rows_received,
    1 as rows_changed,
    0 as rows_removed
from organisations,
    (values ('organisation'), ('invoices'), ('payments'), ('bank_transactions')) as _(endpoint);
