-- What each way of foretelling would have said of each paid invoice on the invoice's own date: from
-- what was settled before that day and from nothing else.
-- For two years: one to learn from, one to be tested on.
with

paid as (
    select organisation_id, contact_id, document_id, document_date, due_date, settled_date,
        delay_days
    from intermediate.invoice_outcomes
    where delay_days is not null and document_date > as_of_date - 730
),

with_contact as (
    select
        paid.*,
        coalesce(contacts.invoices, 0) as known_invoices,
        contacts.median_delay,
        contacts.mean_delay,
        contacts.long_delay,
        contacts.short_delay,
        coalesce(contacts.is_weekday_payer, false) as is_weekday_payer
    from paid
    asof left join intermediate.contact_delay_history as contacts
        on contacts.organisation_id = paid.organisation_id
        and contacts.contact_id = paid.contact_id
        and paid.document_date > contacts.settled_date
)

select
    with_contact.organisation_id,
    with_contact.contact_id,
    with_contact.document_id,
    with_contact.document_date,
    with_contact.due_date,
    with_contact.settled_date,
    with_contact.delay_days,
    with_contact.known_invoices,
    0 as due_date_delay,
    coalesce(round(with_contact.mean_delay), 0)::integer as contact_mean_delay,
    round(
        intermediate.shrunk_delay(
            with_contact.known_invoices,
            with_contact.median_delay,
            5,
            organisations.median_delay
        )
    )::integer as shrunk_median_delay,
    list_transform(
        intermediate.candidate_delays(
            with_contact.known_invoices,
            with_contact.long_delay,
            with_contact.short_delay,
            organisations.median_delay
        ),
        lambda delay: intermediate.on_a_pay_day(
            delay, with_contact.due_date, with_contact.is_weekday_payer
        )
    ) as candidate_delays
from with_contact
asof left join intermediate.organisation_delay_history as organisations
    on organisations.organisation_id = with_contact.organisation_id
    and with_contact.document_date > organisations.settled_date
