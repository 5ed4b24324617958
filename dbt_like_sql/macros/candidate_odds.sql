-- The three probabilities of being late between which an organisation's own past chooses: its own
-- rate counts for k = 5, 1 or a quarter of an invoice beside the contact's. Number 1 is the
-- definition to start with: see late_payment_rules.
create or replace macro intermediate.candidate_odds(late, known, organisation_rate) as [
    intermediate.shrunk_odds(late, known, 5, organisation_rate),
    intermediate.shrunk_odds(late, known, 1, organisation_rate),
    intermediate.shrunk_odds(late, known, 0.25, organisation_rate)
]
