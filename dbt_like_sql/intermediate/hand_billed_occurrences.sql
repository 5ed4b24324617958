-- The days on which a customer was billed by hand for the same thing: the raw material of cadences.
with

lines as (
    select * from intermediate.hand_billed_lines
),

-- A customer that changes currency goes on; one billed in two currencies side by side has two
-- streams.
currency_spans as (
    select
        organisation_id,
        contact_id,
        item_or_account,
        text,
        currency_code,
        min(invoice_date) as first_date,
        max(invoice_date) as last_date,
        count(distinct invoice_date) as days
    from lines
    group by organisation_id, contact_id, item_or_account, text, currency_code
),

neighbouring_spans as (
    select
        *,
        lag(last_date) over things as last_date_before,
        count(*) over all_of_it as currencies,
        sum(days) over all_of_it as days_in_all
    from currency_spans
    window
        all_of_it as (partition by organisation_id, contact_id, item_or_account, text),
        things as (all_of_it order by first_date, last_date, currency_code)
),

spans as (
    select
        *,
        coalesce(
            bool_or(first_date <= last_date_before) over (
                partition by organisation_id, contact_id, item_or_account, text
            ),
            false
        ) as is_side_by_side
    from neighbouring_spans
    -- What was billed on one day only has no rhythm.
    where days_in_all > 1
),

streams as (
    select
        organisation_id,
        contact_id,
        item_or_account,
        text,
        currency_code,
        md5(
            concat_ws(
                '|',
                organisation_id,
                contact_id,
                coalesce(item_or_account, ''),
                text,
                case when is_side_by_side then currency_code end
            )
        )::uuid as stream_id
    from spans
),

-- Two invoices on one day are one occurrence; the one with the higher number names it.
days as (
    select
        streams.organisation_id,
        streams.stream_id,
        lines.invoice_date as billed_on,
        lines.is_credited,
        any_value(streams.contact_id) as contact_id,
        any_value(streams.item_or_account) as item_or_account,
        any_value(streams.text) as text,
        max_by(lines.description, (lines.invoice_number, lines.invoice_id)) as description,
        max_by(lines.invoice_id, (lines.invoice_number, lines.invoice_id)) as invoice_id,
        max_by(lines.invoice_number, (lines.invoice_number, lines.invoice_id)) as invoice_number,
        any_value(lines.currency_code) as currency_code,
        bool_or(lines.is_instalment) as is_instalment,
        sum(lines.amount)::decimal(18, 2) as amount
    from lines
    join streams
        on streams.organisation_id = lines.organisation_id
        and streams.contact_id = lines.contact_id
        and streams.item_or_account is not distinct from lines.item_or_account
        and streams.text = lines.text
        and streams.currency_code = lines.currency_code
    group by streams.organisation_id, streams.stream_id, lines.invoice_date, lines.is_credited
),

billed as (
    select
        *,
        billed_on - lag(billed_on) over stream as gap
    from days
    where not is_credited
    window stream as (partition by organisation_id, stream_id order by billed_on)
),

usual_gaps as (
    select organisation_id, stream_id, quantile_disc(gap, 0.5) as usual_gap
    from billed
    group by organisation_id, stream_id
),

-- The invoice that follows one taken back and comes before the next is due replaces it, unless the
-- same period had been billed already.
rebilled as (
    select
        taken_back.organisation_id,
        taken_back.stream_id,
        following.billed_on,
        min(taken_back.billed_on) as instead_of
    from (select * from days where is_credited) as taken_back
    join usual_gaps
        on usual_gaps.organisation_id = taken_back.organisation_id
        and usual_gaps.stream_id = taken_back.stream_id
    asof join billed as following
        on following.organisation_id = taken_back.organisation_id
        and following.stream_id = taken_back.stream_id
        and following.billed_on >= taken_back.billed_on
    where following.billed_on - taken_back.billed_on
        < usual_gaps.usual_gap - greatest(3, 0.12 * usual_gaps.usual_gap)
        and coalesce(
            following.gap - (following.billed_on - taken_back.billed_on)
                >= 0.5 * usual_gaps.usual_gap,
            true
        )
    group by taken_back.organisation_id, taken_back.stream_id, following.billed_on
)

select
    billed.organisation_id,
    billed.stream_id,
    coalesce(rebilled.instead_of, billed.billed_on) as billed_on,
    billed.contact_id,
    billed.item_or_account,
    billed.text,
    billed.description,
    billed.invoice_id,
    billed.invoice_number,
    billed.currency_code,
    billed.is_instalment,
    billed.amount
from billed
left join rebilled
    on rebilled.organisation_id = billed.organisation_id
    and rebilled.stream_id = billed.stream_id
    and rebilled.billed_on = billed.billed_on
where billed.amount <> 0
