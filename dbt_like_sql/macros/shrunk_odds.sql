-- A contact's rate drawn towards the organisation's, as if k more invoices had turned out at it.
create or replace macro intermediate.shrunk_odds(late, known, k, organisation_rate) as
    round((late + k * organisation_rate) / (known + k), 4)::decimal(9, 4)
