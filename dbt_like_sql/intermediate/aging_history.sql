-- What was open on earlier days, by age: each month end of the last 24 months and each of the last
-- 400 days, aged by due date and, beside it, by the documents' own dates.
--
-- No document is laid over the days it was open. It only enters and leaves buckets, on a handful of
-- days; what is open on a day is the sum of all that entered and left up to it.
with

windows as (
    select
        organisation_id,
        as_of_date,
        as_of_date - 400 as first_daily,
        last_day((date_trunc('month', as_of_date) - interval 24 months)::date) as first_day
    from staging.organisations
),

-- Laid out by `range`, of whose rows DuckDB knows how many there will be: taken for a handful, they
-- would be compared with every change, one by one.
as_of_dates as (
    select windows.organisation_id, (windows.as_of_date - days.back::integer)::date as as_of_date
    from windows
    cross join range(401) as days (back)
    union
    select
        windows.organisation_id,
        last_day((date_trunc('month', windows.as_of_date) - to_months(months.back::integer))::date)
    from windows
    cross join range(1, 25) as months (back)
),

-- What is open for the same days and of the same age moves as one.
balances as (
    select
        balances.organisation_id,
        documents.ledger,
        balances.valid_from,
        coalesce(balances.valid_to, date '9999-12-31') as valid_to,
        documents.aged_from,
        documents.document_date,
        count(*) as documents,
        coalesce(sum(documents.sign * balances.outstanding_base), 0)::decimal(18, 2) as amount,
        coalesce(
            sum(documents.sign * balances.outstanding_base) filter (
                where documents.document_type <> 'prepayment'
            ), 0
        )::decimal(18, 2) as xero_view,
        coalesce(
            sum(balances.outstanding_base) filter (where documents.document_type = 'invoice'), 0
        )::decimal(18, 2) as invoices
    from intermediate.document_balances as balances
    join intermediate.documents as documents
        on documents.organisation_id = balances.organisation_id
        and documents.document_id = balances.document_id
    join windows
        on windows.organisation_id = balances.organisation_id
        and balances.valid_from <= windows.as_of_date
        and (balances.valid_to is null or balances.valid_to > windows.first_day)
    group by all
),

buckets as (
    from (
        values
            ('current', 1, -100000, 1),
            ('1-30', 2, 1, 31),
            ('31-60', 3, 31, 61),
            ('61-90', 4, 61, 91),
            ('90+', 5, 91, 1000000)
    ) as buckets (bucket, bucket_number, first_age, next_age)
),

bases as (
    select *, true as is_by_due_date, aged_from as counted_from from balances
    union all
    select *, false, document_date from balances
),

stretches as (
    select
        bases.* exclude (valid_from, valid_to),
        buckets.bucket_number,
        greatest(bases.valid_from, bases.counted_from + buckets.first_age) as enters_on,
        least(bases.valid_to, bases.counted_from + buckets.next_age) as leaves_on
    from bases
    cross join buckets
    where greatest(bases.valid_from, bases.counted_from + buckets.first_age)
        < least(bases.valid_to, bases.counted_from + buckets.next_age)
),

moves as (
    select
        organisation_id, ledger, bucket_number, is_by_due_date, enters_on as day,
        documents, amount, xero_view, invoices
    from stretches
    union all
    select
        organisation_id, ledger, bucket_number, is_by_due_date, leaves_on,
        -documents, -amount, -xero_view, -invoices
    from stretches
),

-- On the first day of the history that is not before it.
shown as (
    select
        moves.* exclude (day),
        case
            when moves.day >= windows.first_daily then moves.day
            else least(last_day(greatest(moves.day, windows.first_day)), windows.first_daily)
        end as as_of_date
    from moves
    join windows
        on windows.organisation_id = moves.organisation_id
        and moves.day <= windows.as_of_date
),

changes as (
    select
        organisation_id,
        ledger,
        as_of_date,
        bucket_number,
        (sum(documents) filter (where is_by_due_date))::bigint as documents,
        (sum(amount) filter (where is_by_due_date))::decimal(18, 2) as amount,
        (sum(xero_view) filter (where is_by_due_date))::decimal(18, 2) as xero_view,
        (sum(invoices) filter (where is_by_due_date))::decimal(18, 2) as invoices,
        (sum(documents) filter (where not is_by_due_date))::bigint as documents_by_document_date,
        (sum(amount) filter (where not is_by_due_date))::decimal(18, 2) as amount_by_document_date
    from shown
    group by organisation_id, ledger, as_of_date, bucket_number
),

open_since as (
    select
        organisation_id,
        ledger,
        bucket_number,
        as_of_date,
        sum(documents) over up_to_the_day as documents,
        sum(amount) over up_to_the_day as amount,
        sum(xero_view) over up_to_the_day as xero_view,
        sum(invoices) over up_to_the_day as invoices,
        sum(documents_by_document_date) over up_to_the_day as documents_by_document_date,
        sum(amount_by_document_date) over up_to_the_day as amount_by_document_date
    from changes
    window up_to_the_day as (
        partition by organisation_id, ledger, bucket_number
        order by as_of_date
        rows between unbounded preceding and current row
    )
),

-- All five buckets of every day, empty ones too.
grid as (
    select as_of_dates.organisation_id, ledgers.ledger, as_of_dates.as_of_date,
        buckets.bucket, buckets.bucket_number
    from as_of_dates
    cross join buckets
    cross join (values ('receivable'), ('payable')) as ledgers (ledger)
)

-- What is open on a day is what was open since the last change.
select
    grid.organisation_id,
    grid.ledger,
    grid.as_of_date,
    grid.bucket,
    grid.bucket_number,
    coalesce(open_since.documents, 0)::bigint as documents,
    coalesce(open_since.amount, 0)::decimal(18, 2) as amount_due_base,
    coalesce(open_since.xero_view, 0)::decimal(18, 2) as xero_view_base,
    coalesce(open_since.invoices, 0)::decimal(18, 2) as invoices_base,
    coalesce(open_since.documents_by_document_date, 0)::bigint as documents_by_document_date,
    coalesce(open_since.amount_by_document_date, 0)::decimal(18, 2)
        as amount_due_base_by_document_date
from grid
asof left join open_since
    on open_since.organisation_id = grid.organisation_id
    and open_since.ledger = grid.ledger
    and open_since.bucket_number = grid.bucket_number
    and grid.as_of_date >= open_since.as_of_date
