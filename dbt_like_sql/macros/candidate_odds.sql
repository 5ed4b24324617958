-- The six probabilities of being late between which an organisation's own past chooses: weights
-- that halve in 180 or in 730 days, and the organisation's rate as a prior worth k = 5, 1 or a
-- quarter of an invoice. Number 1 is the definition to start with, number 6 the one that others
-- have to beat clearly: see late_payment_rules.
-- known, late: the contact's weights of all decided invoices and of the late ones, by half-life;
-- rate: the organisation's, by half-life.
create or replace macro intermediate.candidate_odds(
    known_180, late_180, rate_180, known_730, late_730, rate_730
) as [
    (late_180 + 5 * rate_180) / (known_180 + 5),
    (late_180 + rate_180) / (known_180 + 1),
    (late_180 + 0.25 * rate_180) / (known_180 + 0.25),
    (late_730 + 5 * rate_730) / (known_730 + 5),
    (late_730 + rate_730) / (known_730 + 1),
    (late_730 + 0.25 * rate_730) / (known_730 + 0.25)
]
