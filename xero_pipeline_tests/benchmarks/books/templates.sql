-- One repeating invoice for each customer that has one.
insert into raw.repeating_invoices by name
select
    organisation_id,
    thing_id(organisation, 'template', contact) as repeating_invoice_id,
    'ACCREC' as type,
    {'contact_id': contact_id, 'name': name} as contact,
    {
        'unit': 'MONTHLY',
        'period': 1,
        'start_date': date '2021-07-01',
        'next_scheduled_date': case when contact % 5 = 0 then null else date '2026-07-15' end,
        'end_date': case when contact % 5 = 0 then date '2025-06-30' end
    } as schedule,
    'AUTHORISED' as status,
    currency_code,
    'Exclusive' as line_amount_types,
    price as sub_total,
    round(price * 0.15, 2) as total_tax,
    round(price * 1.15, 2) as total,
    [
        {
            'line_item_id': thing_id(organisation, 'template line', contact),
            'description': service,
            'quantity': 1,
            'unit_amount': price,
            'account_code': '200',
            'account_id': thing_id(organisation, 'account', '200'),
            'tax_amount': round(price * 0.15, 2),
            'line_amount': price
        }
    ] as line_items,
    timestamp '2024-01-01' as _first_seen_at,
    timestamp '2026-06-30 12:00:00' as _synced_at
from contacts
where billing = 'template';
