-- The six delays, in whole days, between which an organisation's own past chooses: what a contact
-- did over its latest 48 and 6 settled invoices (long, short), drawn towards the organisation by
-- k = 5, 1 and 0 invoices. Number 1 is the definition to start with, number 3 the one that others
-- have to beat clearly: see payment_rules.
create or replace macro intermediate.candidate_delays(invoices, long, short, organisation) as [
    round(intermediate.shrunk_delay(least(invoices, 48), long, 5, organisation))::integer,
    round(intermediate.shrunk_delay(least(invoices, 48), long, 1, organisation))::integer,
    round(intermediate.shrunk_delay(least(invoices, 48), long, 0, organisation))::integer,
    round(intermediate.shrunk_delay(least(invoices, 6), short, 5, organisation))::integer,
    round(intermediate.shrunk_delay(least(invoices, 6), short, 1, organisation))::integer,
    round(intermediate.shrunk_delay(least(invoices, 6), short, 0, organisation))::integer
]
