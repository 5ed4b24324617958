-- The price of bytes beyond those included, AUD to the cent; zero where bytes are free, NULL where
-- the price is by agreement.
-- bytes, included_bytes: of a month.        aud_a_gib: the price of a further GiB.
create or replace macro marts.api_overage_aud(bytes, included_bytes, aud_a_gib) as (
    case
        when aud_a_gib = 0 then 0
        else round(
            greatest(bytes - included_bytes, 0)::decimal(38, 9) / 1073741824 * aud_a_gib, 2
        )
    end::decimal(18, 2)
)
