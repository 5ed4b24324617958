-- Contacts and how each is billed. The kinds are shifted from organisation to organisation.
create or replace temp table contacts as
select
    organisations.number as organisation,
    organisations.organisation_id,
    numbers.contact,
    thing_id(organisations.number, 'contact', numbers.contact) as contact_id,
    'Client ' || organisations.number || '-' || numbers.contact || ' Limited' as name,
    [
        'supplier', 'supplier', 'supplier', 'template', 'template', 'monthly', 'monthly', 'hourly',
        'fortnightly', 'irregular'
    ][1 + (numbers.contact + organisations.number) % 10] as billing,
    dice(organisations.number, numbers.contact, 'contact') as roll,
    case when roll % 7 = 0 then 'USD' else 'NZD' end
        as currency_code,
    500 + 50 * (dice(organisations.number, numbers.contact, 'price') % 60) as price,
    [
        'Website care plan', 'Hosting and support', 'SEO retainer', 'Social media package',
        'Paid search management', 'Newsletter service'
    ][1 + dice(organisations.number, numbers.contact, 'service') % 6] as service,
    (dice(organisations.number, numbers.contact, 'habit') % 30)::integer - 5 as days_late
from organisations, range(getvariable('contacts_each')) as numbers(contact);

insert into raw.contacts by name
select
    organisation_id,
    contact_id,
    name,
    'hello@client' || organisation || '-' || contact || '.example' as email_address,
    case when is_merged then 'ARCHIVED' else 'ACTIVE' end as contact_status,
    case when is_merged then thing_id(organisation, 'contact', contact - 1) end
        as merged_to_contact_id,
    billing <> 'supplier' as is_customer,
    billing = 'supplier' as is_supplier,
    currency_code as default_currency,
    timestamp '2026-06-01' as updated_date_utc,
    timestamp '2024-01-01' as _first_seen_at,
    timestamp '2026-06-30 12:00:00' as _synced_at
from (select *, contact % 97 = 96 as is_merged from contacts);
