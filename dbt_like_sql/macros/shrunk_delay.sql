-- A contact's delay drawn towards the organisation's, in days: (n x contact + k x organisation) /
-- (n + k). Without invoices of its own it is the organisation's; before anybody has paid it is 0.
create or replace macro intermediate.shrunk_delay(invoices, contact_delay, k, organisation_delay) as
    coalesce(
        (
            coalesce(invoices * contact_delay, 0) + k * coalesce(organisation_delay, 0)
        ) / nullif(coalesce(invoices, 0) + k, 0),
        organisation_delay,
        0
    )
