-- The rate to convert with. Xero leaves CurrencyRate out or writes 1 in the base currency; a
-- foreign document without a rate has an unknown one (NULL), never silently 1.
create or replace macro intermediate.effective_rate(rate, currency_code, base_currency) as
    case
        when currency_code = base_currency then 1
        else nullif(rate, 0)
    end::decimal(20, 10)
