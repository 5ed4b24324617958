-- When a document of a day falls due under Xero's payment terms: so many days after the document or
-- after its month, or a day of that month or the next one.
create or replace macro intermediate.due_date(document_date, terms_day, terms_type) as
    case terms_type
        when 'DAYSAFTERBILLDATE' then document_date + terms_day
        when 'DAYSAFTERINVOICEDATE' then document_date + terms_day
        when 'DAYSAFTERBILLMONTH' then last_day(document_date) + terms_day
        when 'DAYSAFTERINVOICEMONTH' then last_day(document_date) + terms_day
        when 'OFCURRENTMONTH'
            then least(
                date_trunc('month', document_date)::date + terms_day - 1, last_day(document_date)
            )
        when 'OFFOLLOWINGMONTH'
            then least(
                last_day(document_date) + terms_day,
                last_day((document_date + interval 1 month)::date)
            )
        else document_date
    end
