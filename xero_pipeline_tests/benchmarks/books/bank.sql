-- Money spent and received over the bank account and the card, and transfers between the two: one
-- transaction in twenty is the transfer's side that pays, and the next one the side that receives.
create or replace temp table bank as
select
    organisations.number as organisation,
    organisations.organisation_id,
    numbers.number,
    dice(organisations.number, numbers.number, 'bank') as roll,
    date '2021-07-01' + (
        dice(organisations.number, numbers.number - (numbers.number % 20 = 1)::integer, 'day')
        % 1826
    )::integer as transaction_date,
    case numbers.number % 20
        when 0 then 'SPEND-TRANSFER'
        when 1 then 'RECEIVE-TRANSFER'
        else case when roll % 10 < 7 then 'SPEND' else 'RECEIVE' end
    end as type,
    case
        when numbers.number % 20 = 1 then '092'
        when type = 'SPEND' and roll // 3 % 5 = 0 then '092'
        else '090'
    end as account,
    case
        when type like '%-TRANSFER' then 500
        else 20 + roll // 5 % 900
    end::decimal(18, 2) as total
from organisations, range(getvariable('bank_transactions_each') // 20 * 20) as numbers(number);

insert into raw.bank_transactions by name
select
    bank.organisation_id,
    thing_id(bank.organisation, 'bank', bank.number) as bank_transaction_id,
    bank.type,
    'AUTHORISED' as status,
    true as is_reconciled,
    case
        when bank.type not like '%-TRANSFER'
            then {'contact_id': contacts.contact_id, 'name': contacts.name}
    end as contact,
    {
        'account_id': thing_id(bank.organisation, 'account', bank.account),
        'code': bank.account
    } as bank_account,
    bank.transaction_date as date,
    'NZD' as currency_code,
    1 as currency_rate,
    'Inclusive' as line_amount_types,
    bank.total as sub_total,
    0 as total_tax,
    bank.total,
    case
        when bank.type not like '%-TRANSFER' then [
            {
                'line_item_id': thing_id(bank.organisation, 'bank line', bank.number),
                'description': 'Card payment ' || bank.number,
                'quantity': 1,
                'unit_amount': bank.total,
                'account_code': line_account,
                'account_id': thing_id(bank.organisation, 'account', line_account),
                'tax_amount': 0,
                'line_amount': bank.total
            }
        ]
    end as line_items,
    bank.transaction_date::timestamp as updated_date_utc,
    bank.transaction_date::timestamp as _first_seen_at,
    timestamp '2026-06-30 12:00:00' as _synced_at
from (
    select
        *,
        case
            when type = 'RECEIVE' then '200'
            else ['404', '420', '477', '404', '420', '477', '404', '420', '970', '850']
                [1 + roll // 23 % 10]
        end as line_account
    from bank
) as bank
join contacts
    on contacts.organisation = bank.organisation
    and contacts.contact = bank.roll % getvariable('contacts_each');

insert into raw.bank_transfers by name
select
    organisation_id,
    thing_id(organisation, 'transfer', number) as bank_transfer_id,
    {'account_id': thing_id(organisation, 'account', '090'), 'code': '090'}
        as from_bank_account,
    {'account_id': thing_id(organisation, 'account', '092'), 'code': '092'}
        as to_bank_account,
    total as amount,
    transaction_date as date,
    'AUTHORISED' as status,
    thing_id(organisation, 'bank', number) as from_bank_transaction_id,
    thing_id(organisation, 'bank', number + 1) as to_bank_transaction_id,
    timestamp '2026-06-30 12:00:00' as _first_seen_at,
    timestamp '2026-06-30 12:00:00' as _synced_at
from bank
where type = 'SPEND-TRANSFER';
