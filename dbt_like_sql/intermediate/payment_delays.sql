-- The usual delay of each contact in days past due, by the rule that the organisation's own past
-- speaks for (payment_rules), with the range that three of five invoices fall into.
with

contacts as (
    select organisation_id, contact_id, any_value(as_of_date) as as_of_date
    from intermediate.invoice_outcomes
    group by organisation_id, contact_id
),

latest_of_contacts as (
    select *
    from intermediate.contact_delay_history
    where next_settled_date is null
),

latest_of_organisations as (
    select *
    from intermediate.organisation_delay_history
    where next_settled_date is null
),

ruled as (
    select
        contacts.organisation_id,
        contacts.contact_id,
        coalesce(rules.candidate, 1) as candidate,
        coalesce(rules.latest_invoices, 48) as latest_invoices,
        coalesce(rules.k, 5) as k
    from contacts
    asof left join intermediate.payment_rules as rules
        on rules.organisation_id = contacts.organisation_id
        and contacts.as_of_date >= rules.known_from
),

known as (
    select
        ruled.*,
        coalesce(history.invoices, 0) as settled_invoices,
        history.median_delay as contact_median_delay,
        round(history.mean_delay, 1) as contact_mean_delay,
        organisations.median_delay as organisation_median_delay,
        coalesce(history.is_weekday_payer, false) as is_weekday_payer,
        intermediate.candidate_delays(
            coalesce(history.invoices, 0),
            history.long_delay,
            history.short_delay,
            organisations.median_delay
        )[ruled.candidate] as expected_delay,
        round(
            intermediate.shrunk_delay(
                least(coalesce(history.invoices, 0), 48),
                history.p20_delay,
                ruled.k,
                organisations.p20_delay
            )
        )::integer as p20_delay,
        round(
            intermediate.shrunk_delay(
                least(coalesce(history.invoices, 0), 48),
                history.p80_delay,
                ruled.k,
                organisations.p80_delay
            )
        )::integer as p80_delay
    from ruled
    left join latest_of_contacts as history
        on history.organisation_id = ruled.organisation_id
        and history.contact_id = ruled.contact_id
    left join latest_of_organisations as organisations
        on organisations.organisation_id = ruled.organisation_id
)

select
    organisation_id,
    contact_id,
    latest_invoices,
    k,
    settled_invoices,
    contact_median_delay,
    contact_mean_delay,
    organisation_median_delay,
    expected_delay,
    is_weekday_payer,
    least(p20_delay, expected_delay) as p20_delay,
    greatest(p80_delay, expected_delay) as p80_delay
from known
