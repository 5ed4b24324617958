-- Contacts and documents of which the user says in seeds.cash_exclusions what their money is. A
-- document is named by its number or by Xero's id: of the invoice, bill, payment or bank transaction.
with

rules as (
    select
        organisations.organisation_id,
        rules.category,
        rules.match_on,
        rules.pattern,
        rules.why,
        case rules.category when 'one_off' then 1 when 'financing' then 2 else 3 end as priority
    from seeds.cash_exclusions as rules
    join staging.organisations as organisations
        on coalesce(nullif(trim(rules.organisation), ''), organisations.name)
            in (organisations.name, organisations.organisation_id::varchar)
    where rules.match_on in ('contact', 'document')
),

flagged as (
    select rules.*, contacts.contact_id as flagged_id
    from rules
    join staging.contacts as contacts
        on contacts.organisation_id = rules.organisation_id
        and contacts.canonical_name ilike rules.pattern
    where rules.match_on = 'contact'
    union all
    select *, try_cast(pattern as uuid)
    from rules
    where match_on = 'document' and try_cast(pattern as uuid) is not null
    union all
    select rules.*, documents.document_id
    from rules
    join intermediate.documents as documents
        on documents.organisation_id = rules.organisation_id
        and documents.document_number = rules.pattern
    where rules.match_on = 'document'
)

select
    organisation_id,
    match_on,
    flagged_id,
    arg_min(category, (priority, pattern)) as category,
    arg_min(why, (priority, pattern)) as why
from flagged
group by organisation_id, match_on, flagged_id
