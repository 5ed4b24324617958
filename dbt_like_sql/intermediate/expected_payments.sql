-- When each open sales invoice will probably be paid; never on a day that is already gone.
with

open_invoices as (
    select *
    from intermediate.invoice_outcomes
    where is_open
),

-- How the organisation's delays are spread: how many of them are no longer than each.
delay_counts as (
    select organisation_id, delay_days, count(*) as invoices
    from intermediate.invoice_outcomes
    where delay_days is not null
    group by organisation_id, delay_days
),

delay_distribution as (
    select
        organisation_id,
        delay_days,
        sum(invoices) over (partition by organisation_id order by delay_days) as no_longer,
        sum(invoices) over (partition by organisation_id) as invoices
    from delay_counts
),

planned as (
    select
        open_invoices.*,
        delays.expected_delay,
        delays.settled_invoices,
        open_invoices.due_date + delays.expected_delay as usual_date
    from open_invoices
    join intermediate.payment_delays as delays
        on delays.organisation_id = open_invoices.organisation_id
        and delays.contact_id = open_invoices.contact_id
),

overdue_beyond_usual as (
    select organisation_id, document_id, days_past_due
    from planned
    where usual_date < as_of_date
        and coalesce(expected_payment_date < as_of_date, true)
),

-- For an invoice that is later than usual already: the median of the delays that were longer yet.
survived as (
    select
        overdue.organisation_id,
        overdue.document_id,
        overdue.days_past_due,
        coalesce(max(distribution.no_longer), 0) as shorter
    from overdue_beyond_usual as overdue
    left join delay_distribution as distribution
        on distribution.organisation_id = overdue.organisation_id
        and distribution.delay_days <= overdue.days_past_due
    group by overdue.organisation_id, overdue.document_id, overdue.days_past_due
),

conditional_delays as (
    select
        survived.organisation_id,
        survived.document_id,
        min(distribution.delay_days) as delay
    from survived
    join delay_distribution as distribution
        on distribution.organisation_id = survived.organisation_id
        and distribution.delay_days > survived.days_past_due
        and 2 * (distribution.no_longer - survived.shorter)
            >= distribution.invoices - survived.shorter
    group by survived.organisation_id, survived.document_id
)

select
    planned.organisation_id,
    planned.as_of_date,
    planned.document_id,
    planned.document_number,
    planned.contact_id,
    planned.due_date,
    planned.outstanding_base,
    case
        when planned.expected_payment_date >= planned.as_of_date
            then planned.expected_payment_date
        when planned.usual_date >= planned.as_of_date then planned.usual_date
        -- Nobody was ever this late: a month from now.
        else coalesce(planned.due_date + conditional_delays.delay, planned.as_of_date + 30)
    end as expected_date,
    case
        when planned.expected_payment_date >= planned.as_of_date then 'expected_payment_date'
        when planned.usual_date < planned.as_of_date then 'later_than_usual'
        when planned.settled_invoices > 0 then 'contact_history'
        else 'organisation_history'
    end as source
from planned
left join conditional_delays
    on conditional_delays.organisation_id = planned.organisation_id
    and conditional_delays.document_id = planned.document_id
