-- What each way of foretelling would have said, on the first of the month in which it is dated, of
-- how likely an invoice is late, from what was known before that day. Invoices of a client and
-- month that turned out in the same month are one row.
with

organisations as (
    select organisation_id, as_of_date from staging.organisations
),

thresholds as (
    from (values ('late', 0), ('over_30', 30), ('over_60', 60)) as thresholds (event, days)
),

-- Only where both answers were possible: those past the day in question, paid or not.
judged as (
    select
        outcomes.organisation_id,
        outcomes.contact_id,
        thresholds.event,
        date_trunc('month', outcomes.document_date)::date as month,
        coalesce(outcomes.settled_date, outcomes.as_of_date + 1)
            > outcomes.due_date + thresholds.days as is_late,
        (
            date_trunc(
                'month',
                case
                    when is_late then outcomes.due_date + thresholds.days + 1
                    else outcomes.settled_date
                end
            ) + interval 1 month
        )::date as known_from
    from intermediate.invoice_outcomes as outcomes
    cross join thresholds
    where outcomes.due_date + thresholds.days < outcomes.as_of_date
        and (outcomes.settled_date is null or outcomes.delay_days is not null)
),

judged_together as (
    select
        organisation_id,
        contact_id,
        event,
        month,
        known_from,
        count(*) as invoices,
        count(*) filter (where is_late) as late_invoices
    from judged
    group by all
),

contacts_so_far as (
    select
        organisation_id,
        contact_id,
        event,
        known_from,
        sum(invoices) over so_far as invoices,
        sum(late_invoices) over so_far as late_invoices,
        sum(weight_180) over so_far as weight_180,
        sum(late_weight_180) over so_far as late_weight_180,
        sum(weight_730) over so_far as weight_730,
        sum(late_weight_730) over so_far as late_weight_730
    from intermediate.late_payment_months
    window so_far as (
        partition by organisation_id, contact_id, event order by known_from
        rows between unbounded preceding and current row
    )
),

organisation_months as (
    select
        organisation_id,
        event,
        known_from,
        sum(invoices) as invoices,
        sum(late_invoices) as late_invoices,
        sum(weight_180) as weight_180,
        sum(late_weight_180) as late_weight_180,
        sum(weight_730) as weight_730,
        sum(late_weight_730) as late_weight_730
    from intermediate.late_payment_months
    group by organisation_id, event, known_from
),

organisations_so_far as (
    select
        organisation_id,
        event,
        known_from,
        sum(invoices) over so_far as invoices,
        sum(late_invoices) over so_far as late_invoices,
        sum(weight_180) over so_far as weight_180,
        sum(late_weight_180) over so_far as late_weight_180,
        sum(weight_730) over so_far as weight_730,
        sum(late_weight_730) over so_far as late_weight_730
    from organisation_months
    window so_far as (
        partition by organisation_id, event order by known_from
        rows between unbounded preceding and current row
    )
),

with_contact as (
    select
        judged_together.*,
        contacts_so_far.invoices as known_invoices,
        contacts_so_far.late_invoices as known_late_invoices,
        coalesce(contacts_so_far.weight_180, 0) as weight_180,
        coalesce(contacts_so_far.late_weight_180, 0) as late_weight_180,
        coalesce(contacts_so_far.weight_730, 0) as weight_730,
        coalesce(contacts_so_far.late_weight_730, 0) as late_weight_730
    from judged_together
    asof left join contacts_so_far
        on contacts_so_far.organisation_id = judged_together.organisation_id
        and contacts_so_far.contact_id = judged_together.contact_id
        and contacts_so_far.event = judged_together.event
        and judged_together.month >= contacts_so_far.known_from
),

-- Weights are those of the as-of date: seen from the month they were as much greater.
with_organisation as (
    select
        with_contact.*,
        2 ** ((organisations.as_of_date - with_contact.month) / 180.0) as younger_180,
        2 ** ((organisations.as_of_date - with_contact.month) / 730.0) as younger_730,
        coalesce(so_far.late_invoices / nullif(so_far.invoices, 0), 0.5) as base_rate,
        (coalesce(so_far.late_weight_180 * younger_180, 0) + 1)
        / (coalesce(so_far.weight_180 * younger_180, 0) + 2) as rate_180,
        (coalesce(so_far.late_weight_730 * younger_730, 0) + 1)
        / (coalesce(so_far.weight_730 * younger_730, 0) + 2) as rate_730
    from with_contact
    join organisations
        on organisations.organisation_id = with_contact.organisation_id
    asof left join organisations_so_far as so_far
        on so_far.organisation_id = with_contact.organisation_id
        and so_far.event = with_contact.event
        and with_contact.month >= so_far.known_from
)

select
    organisation_id,
    contact_id,
    event,
    month,
    known_from,
    invoices,
    late_invoices,
    base_rate,
    coalesce(known_late_invoices / nullif(known_invoices, 0), base_rate) as contact_rate,
    intermediate.candidate_odds(
        weight_180 * younger_180,
        late_weight_180 * younger_180,
        rate_180,
        weight_730 * younger_730,
        late_weight_730 * younger_730,
        rate_730
    ) as candidate_odds
from with_organisation
