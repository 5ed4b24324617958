-- The domain of an e-mail address, a web address or a domain, in lower case without `www.`; NULL
-- when there is none. Only what stands before the first slash, without a port.
create or replace macro intermediate.web_domain(address) as
    nullif(
        regexp_extract(
            lower(trim(address)),
            '^(?:[a-z]+://)?(?:[^/?#]*@)?(?:www\.)?([^\s/?#:@]+\.[^\s/?#:@.]+)',
            1
        ),
        ''
    )
