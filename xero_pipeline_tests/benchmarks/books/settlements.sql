-- Payments, one in a hundred of them deleted and made anew, and credit notes set against invoices.
insert into raw.payments by name
select
    organisation_id,
    thing_id(organisation, 'payment', number || '/' || part) as payment_id,
    paid_on + (case part when 2 then 20 else 0 end) as date,
    case part when 2 then total - credited - first_payment else first_payment end as amount,
    amount as bank_amount,
    currency_rate,
    case part when 3 then 'DELETED' else 'AUTHORISED' end as status,
    case when is_bill then 'ACCPAYPAYMENT' else 'ACCRECPAYMENT' end as payment_type,
    {
        'account_id': thing_id(
            organisation, 'account', case currency_code when 'USD' then '091' else '090' end
        ),
        'code': case currency_code when 'USD' then '091' else '090' end
    } as account,
    {
        'invoice_id': invoice_id,
        'invoice_number': 'INV-' || number,
        'type': case when is_bill then 'ACCPAY' else 'ACCREC' end,
        'currency_code': currency_code,
        'contact': {'contact_id': contact_id, 'name': name}
    } as invoice,
    true as is_reconciled,
    paid_on::timestamp as updated_date_utc,
    paid_on::timestamp as _first_seen_at,
    timestamp '2026-06-30 12:00:00' as _synced_at
from invoices, (values (1), (2), (3)) as parts(part)
where state = 'LIVE'
    and will_be_paid
    and paid_on + (case part when 2 then 20 else 0 end) <= date '2026-06-30'
    and (part = 1 or (part = 2 and in_halves) or (part = 3 and roll // 19 % 100 = 0));

insert into raw.credit_notes by name
select
    organisation_id,
    thing_id(organisation, 'credit', number) as credit_note_id,
    'CN-' || number as credit_note_number,
    case when is_bill then 'ACCPAYCREDIT' else 'ACCRECCREDIT' end as type,
    {'contact_id': contact_id, 'name': name} as contact,
    credited_on as date,
    'PAID' as status,
    currency_code,
    currency_rate,
    'NoTax' as line_amount_types,
    credited as sub_total,
    0 as total_tax,
    credited as total,
    0 as remaining_credit,
    [
        {
            'line_item_id': thing_id(organisation, 'credit line', number),
            'description': 'Credit for ' || number,
            'quantity': 1,
            'unit_amount': credited,
            'account_code': '200',
            'account_id': thing_id(organisation, 'account', '200'),
            'tax_amount': 0,
            'line_amount': credited
        }
    ] as line_items,
    [
        {
            'allocation_id': thing_id(organisation, 'allocation', number),
            'date': credited_on,
            'amount': credited,
            'invoice': {'invoice_id': invoice_id, 'invoice_number': 'INV-' || number}
        }
    ] as allocations,
    credited_on::timestamp as updated_date_utc,
    credited_on::timestamp as _first_seen_at,
    timestamp '2026-06-30 12:00:00' as _synced_at
from invoices
where credited > 0;
