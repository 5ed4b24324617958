-- What each stream of hand-made invoices is, and why.
with

billed as (
    select
        organisation_id,
        stream,
        any_value(thing) as thing,
        count(*) as occurrences,
        min(billed_on) as first_date,
        max(billed_on) as last_date,
        max_by(invoice_id, billed_on) as latest_invoice_id,
        max_by(currency_code, billed_on) as currency_code,
        max_by(amount, billed_on) as latest_amount
    from intermediate.hand_billed_occurrences
    group by organisation_id, stream
),

words as (
    select
        lines.organisation_id,
        lines.thing,
        any_value(lines.contact_id) as contact_id,
        any_value(lines.item_or_account) as item_or_account,
        any_value(lines.text) as text,
        bool_or(lines.is_instalment) as is_instalment
    from intermediate.hand_billed_lines as lines
    group by lines.organisation_id, lines.thing
),

descriptions as (
    select
        lines.organisation_id,
        lines.thing,
        lines.invoice_id,
        min(lines.description) as description
    from intermediate.hand_billed_lines as lines
    semi join billed
        on billed.organisation_id = lines.organisation_id
        and billed.thing = lines.thing
        and billed.latest_invoice_id = lines.invoice_id
    group by lines.organisation_id, lines.thing, lines.invoice_id
),

candidates as (
    select * from intermediate.cadence_candidates where is_best
),

-- A standing price is one that was charged the time before or after, too; half a per cent is
-- rounding. Yearly prices may rise every time.
prices as (
    select
        organisation_id,
        stream,
        count(*) as prices,
        count(*) filter (
            where abs(amount - amount_before) <= 0.005 * abs(amount)
                or abs(amount - amount_after) <= 0.005 * abs(amount)
        ) as standing,
        coalesce(bool_and(abs(amount - amount_before) <= 0.2 * abs(amount_before)), true)
            as is_within_a_fifth,
        max_by(currency_code, billed_on) as currency_code,
        max_by(amount, billed_on) as latest_amount
    from intermediate.cadence_occurrences
    group by organisation_id, stream
),

measured as (
    select
        billed.* exclude (currency_code, latest_amount),
        words.contact_id,
        words.item_or_account,
        words.text,
        words.is_instalment,
        descriptions.description,
        coalesce(prices.currency_code, billed.currency_code) as currency_code,
        coalesce(prices.latest_amount, billed.latest_amount) as latest_amount,
        candidates.schedule_unit,
        candidates.schedule_period,
        candidates.schedule_name,
        candidates.fitting,
        candidates.filled_slots,
        candidates.slots,
        candidates.fit_share,
        prices.standing,
        coalesce(candidates.is_accepted, false) as follows_a_schedule,
        5 * prices.standing >= 3 * prices.prices
        or (
            candidates.schedule_unit = 'MONTHLY'
            and candidates.schedule_period >= 6
            and prices.is_within_a_fifth
        ) as is_price_standing
    from billed
    join words
        on words.organisation_id = billed.organisation_id
        and words.thing = billed.thing
    left join descriptions
        on descriptions.organisation_id = billed.organisation_id
        and descriptions.thing = billed.thing
        and descriptions.invoice_id = billed.latest_invoice_id
    left join candidates
        on candidates.organisation_id = billed.organisation_id
        and candidates.stream = billed.stream
    left join prices
        on prices.organisation_id = billed.organisation_id
        and prices.stream = billed.stream
),

classed as (
    select
        *,
        case
            when is_instalment then 'one_off'
            when follows_a_schedule and is_price_standing then 'recurring'
            -- Chance makes some rhythm of a few sums; a standing price it hardly ever does.
            when follows_a_schedule and filled_slots >= 6 and fit_share >= 0.75
                then 'recurring_variable'
            when occurrences = 2 and last_date - first_date between 321 and 409 then 'unconfirmed'
            when occurrences >= 3 then 'one_off'
        end as class
    from measured
)

select
    organisation_id,
    stream,
    md5(
        concat_ws(
            '|',
            organisation_id,
            contact_id,
            coalesce(item_or_account, ''),
            text,
            case when stream <> thing then currency_code end
        )
    )::uuid as stream_id,
    contact_id,
    item_or_account,
    text,
    description,
    class,
    case class when 'unconfirmed' then 'MONTHLY' when 'one_off' then null else schedule_unit end
        as schedule_unit,
    case class when 'unconfirmed' then 12 when 'one_off' then null else schedule_period end
        as schedule_period,
    occurrences,
    fitting as occurrences_on_time,
    slots - filled_slots as skipped_slots,
    first_date,
    last_date,
    currency_code,
    latest_amount,
    -- From 0.60 for three occurrences to 0.90 for twelve, all in their slots and none skipped.
    case
        when class in ('recurring', 'recurring_variable')
            then 0.60 + 0.30 * (fitting / occurrences) * (filled_slots / slots)
                * (least(occurrences, 12) - 3) / 9
    end::decimal(3, 2) as confidence,
    case
        when is_instalment
            then 'The lines say that they are parts of one sum.'
        when class = 'unconfirmed'
            then 'Two invoices a year apart look yearly; a third one would confirm it.'
        when class in ('recurring', 'recurring_variable')
            then 'Billed by hand ' || schedule_name || ', ' || fitting || ' of ' || occurrences
                || ' invoices within days of their slot'
                || case when slots > filled_slots then ', ' || (slots - filled_slots) || ' skipped'
                    else '' end
                || case class when 'recurring' then '; the price stands.'
                    else '; the amounts vary.' end
        when follows_a_schedule
            then 'Looks ' || schedule_name || ', but the amounts vary and ' || fitting || ' of '
                || occurrences || ' invoices on time are too few to tell that from chance.'
        when schedule_name is not null
            then 'Nearest to ' || schedule_name || ', but only ' || fitting || ' of ' || occurrences
                || ' invoices lie in slots of their own, ' || filled_slots || ' of ' || slots
                || ' slots filled.'
        else 'The days between the invoices match no schedule.'
    end as why
from classed
where class is not null
