-- The address that opens a page in Xero in the right organisation; NULL without a short code.
create or replace macro intermediate.deep_link(short_code, path) as
    'https://go.xero.com/organisationlogin/default.aspx?shortcode=' || url_encode(short_code)
    || '&redirecturl=' || url_encode(path)
