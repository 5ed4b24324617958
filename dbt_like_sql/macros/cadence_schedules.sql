-- The schedules that hand-made invoices are held against. `days` is the length of a period;
-- `tolerance` the days an invoice may lie off its slot: 12 % of the period, at least 3.
-- `handicap` is what a rarer schedule must fit better by, in days, to be preferred.
create or replace macro intermediate.cadence_schedules() as table
    select
        schedule_unit,
        schedule_period,
        schedule_name,
        days,
        greatest(3, 0.12 * days) as tolerance,
        handicap
    from (
        values
            ('WEEKLY', 1, 'weekly', 7.0::double, 0.0::double),
            ('WEEKLY', 2, 'fortnightly', 14.0, 0.0),
            ('WEEKLY', 4, 'four-weekly', 28.0, 0.5),
            ('MONTHLY', 1, 'monthly', 30.4375, 0.0),
            ('MONTHLY', 2, 'two-monthly', 60.875, 0.0),
            ('MONTHLY', 3, 'quarterly', 91.3125, 0.0),
            ('MONTHLY', 6, 'half-yearly', 182.625, 0.0),
            ('MONTHLY', 12, 'yearly', 365.25, 0.0)
    ) as schedules (schedule_unit, schedule_period, schedule_name, days, handicap)
