-- An amount as people write it: 1,234.50 NZD.
create or replace macro intermediate.words_money(amount, currency_code) as
    format('{:,.2f}', amount::double) || ' ' || currency_code
