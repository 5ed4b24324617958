-- Sales invoices and bills: those of a contact follow each other by how it is billed. Three lines
-- each: what is agreed, the hours beyond it, and media passed on; bills have costs instead.
create or replace temp table placed as
select
    numbers.number,
    numbers.number // getvariable('contacts_each') as occurrence,
    contacts.* exclude (roll),
    contacts.roll as contact_roll,
    dice(contacts.organisation, numbers.number, 'invoice') as roll,
    case billing
        when 'irregular' then date '2021-07-01' + (roll % 1826)::integer
        when 'fortnightly'
            then date '2021-07-01' + (contact_roll % 900)::integer + 14 * occurrence::integer
        else
            -- One customer in five left a year ago.
            (
                case when contact % 5 = 0 then date '2020-07-01' else date '2021-07-01' end
                + to_months(occurrence::integer)
            )::date + (contact_roll % 26)::integer + (roll % 3)::integer
    end as invoice_date
from organisations
join contacts
    on contacts.organisation = organisations.number
join range(getvariable('invoices_each')) as numbers(number)
    on numbers.number % getvariable('contacts_each') = contacts.contact;

create or replace temp table priced as
select
    *,
    billing = 'supplier' as is_bill,
    case billing
        when 'hourly' then 120 * (5 + roll % 40)
        when 'irregular' then 700 + roll % 9000
        -- The price went up once.
        else price + (case when occurrence >= 30 then price // 20 else 0 end)
    end::decimal(18, 2) as agreed,
    (95 * (roll // 100 % 6))::decimal(18, 2) as beyond,
    (10 * (roll // 1000 % 90))::decimal(18, 2) as media
from placed;

create or replace temp table invoices as
select
    *,
    thing_id(organisation, 'invoice', number) as invoice_id,
    case roll % 100 when 0 then 'VOIDED' when 1 then 'DRAFT' when 2 then 'DELETED' else 'LIVE' end
        as state,
    agreed + beyond + media as sub_total,
    round(agreed * 0.15, 2) + round(beyond * 0.15, 2) + round(media * 0.15, 2) as total_tax,
    (sub_total + total_tax)::decimal(18, 2) as total,
    invoice_date + 20 as due_date,
    case
        when currency_code = 'NZD' then 1
        else 0.55 + (invoice_date - date '2020-01-01') % 100 * 0.001
    end::decimal(20, 10) as currency_rate,
    -- One in 33 is credited by a fifth, ten days later.
    case
        when state = 'LIVE' and roll // 7 % 33 = 0 and invoice_date + 10 <= date '2026-06-30'
            then round(total * 0.2, 2)
        else 0
    end::decimal(18, 2) as credited,
    invoice_date + 10 as credited_on,
    -- One in 70 is never paid, one in twelve in two halves.
    roll // 11 % 70 <> 0 as will_be_paid,
    roll // 13 % 12 = 0 as in_halves,
    due_date + days_late + (roll // 17 % 15)::integer as paid_on,
    case when in_halves then round((total - credited) / 2, 2) else total - credited end
        ::decimal(18, 2) as first_payment,
    case
        when state = 'LIVE' and will_be_paid and paid_on <= date '2026-06-30' then first_payment
        else 0
    end
    + case
        when state = 'LIVE' and will_be_paid and in_halves and paid_on + 20 <= date '2026-06-30'
            then total - credited - first_payment
        else 0
    end as paid
from priced;

insert into raw.invoices by name
select
    organisation_id,
    invoice_id,
    case when is_bill then 'ACCPAY' else 'ACCREC' end as type,
    'INV-' || number as invoice_number,
    'Reference ' || number as reference,
    {'contact_id': contact_id, 'name': name} as contact,
    invoice_date as date,
    due_date,
    case
        when state <> 'LIVE' then state
        when paid + credited = total then 'PAID'
        else 'AUTHORISED'
    end as status,
    currency_code,
    currency_rate,
    'Exclusive' as line_amount_types,
    sub_total,
    total_tax,
    total,
    case when state = 'LIVE' then total - paid - credited when state = 'DRAFT' then total else 0 end
        as amount_due,
    paid as amount_paid,
    credited as amount_credited,
    case when billing = 'template' then thing_id(organisation, 'template', contact) end
        as repeating_invoice_id,
    true as sent_to_contact,
    list_transform(
        [
            {
                'number': 1,
                'text': case when is_bill then 'Subcontracting' else service end
                    || ', ' || strftime(invoice_date, '%B %Y'),
                'account': case when is_bill then '310' else '200' end,
                'amount': agreed
            },
            {
                'number': 2,
                'text': 'Hours beyond the plan',
                'account': case when is_bill then '404' else '201' end,
                'amount': beyond
            },
            {
                'number': 3,
                'text': 'Media ' || number,
                'account': case when is_bill and roll % 50 = 7 then '850' else '260' end,
                'amount': media
            }
        ],
        lambda line: {
            'line_item_id': thing_id(organisation, 'line', number || '/' || line.number),
            'description': line.text,
            'quantity': 1,
            'unit_amount': line.amount,
            'account_code': line.account,
            'account_id': thing_id(organisation, 'account', line.account),
            'tax_type': 'OUTPUT2',
            'tax_amount': round(line.amount * 0.15, 2),
            'line_amount': line.amount
        }
    ) as line_items,
    invoice_date::timestamp as updated_date_utc,
    invoice_date::timestamp as _first_seen_at,
    timestamp '2026-06-30 12:00:00' as _synced_at
from invoices;
