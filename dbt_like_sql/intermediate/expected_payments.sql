-- When each open sales invoice will probably be paid, with the range that three of five fall into;
-- never on a day that is already gone.
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
        delays.settled_invoices,
        open_invoices.due_date + intermediate.on_a_pay_day(
            delays.expected_delay, open_invoices.due_date, delays.is_weekday_payer
        ) as usual_date,
        open_invoices.due_date + delays.p20_delay as p20_date,
        open_invoices.due_date + delays.p80_delay as p80_date
    from open_invoices
    join intermediate.payment_delays as delays
        on delays.organisation_id = open_invoices.organisation_id
        and delays.contact_id = open_invoices.contact_id
),

-- Invoices of one age share what is left of the distribution.
ages_beyond_usual as (
    select distinct organisation_id, days_past_due
    from planned
    where usual_date < as_of_date
),

-- For an invoice that is later than usual already: the delays that were longer yet.
survived as (
    select
        ages.organisation_id,
        ages.days_past_due,
        coalesce(max(distribution.no_longer), 0) as shorter
    from ages_beyond_usual as ages
    left join delay_distribution as distribution
        on distribution.organisation_id = ages.organisation_id
        and distribution.delay_days <= ages.days_past_due
    group by ages.organisation_id, ages.days_past_due
),

longer_delays as (
    select
        survived.organisation_id,
        survived.days_past_due,
        distribution.delay_days,
        (distribution.no_longer - survived.shorter)
        / nullif(distribution.invoices - survived.shorter, 0) as share_no_longer
    from survived
    join delay_distribution as distribution
        on distribution.organisation_id = survived.organisation_id
        and distribution.delay_days > survived.days_past_due
),

conditional_delays as (
    select
        organisation_id,
        days_past_due,
        min(delay_days) filter (where share_no_longer >= 0.2) as p20_delay,
        min(delay_days) filter (where share_no_longer >= 0.5) as median_delay,
        min(delay_days) filter (where share_no_longer >= 0.8) as p80_delay
    from longer_delays
    group by organisation_id, days_past_due
),

dated as (
    select
        planned.*,
        planned.expected_payment_date >= planned.as_of_date as is_promised,
        planned.usual_date < planned.as_of_date as is_later_than_usual,
        -- Nobody was ever this late: a month from now, two at the latest.
        coalesce(planned.due_date + conditional_delays.median_delay, planned.as_of_date + 30)
            as late_date,
        coalesce(planned.due_date + conditional_delays.p20_delay, planned.as_of_date)
            as late_p20_date,
        coalesce(planned.due_date + conditional_delays.p80_delay, planned.as_of_date + 60)
            as late_p80_date
    from planned
    left join conditional_delays
        on conditional_delays.organisation_id = planned.organisation_id
        and conditional_delays.days_past_due = planned.days_past_due
)

select
    organisation_id,
    as_of_date,
    document_id,
    document_number,
    contact_id,
    due_date,
    outstanding_base,
    case
        when is_promised then expected_payment_date
        when is_later_than_usual then late_date
        else usual_date
    end as expected_date,
    case
        when is_promised then 'expected_payment_date'
        when is_later_than_usual then 'later_than_usual'
        when settled_invoices > 0 then 'contact_history'
        else 'organisation_history'
    end as source,
    greatest(
        as_of_date,
        case
            when is_promised then least(p20_date, expected_payment_date)
            when is_later_than_usual then late_p20_date
            else least(p20_date, usual_date)
        end
    ) as earliest_date,
    greatest(
        as_of_date,
        case
            when is_promised then greatest(p80_date, expected_payment_date)
            when is_later_than_usual then late_p80_date
            else greatest(p80_date, usual_date)
        end
    ) as latest_date
from dated
