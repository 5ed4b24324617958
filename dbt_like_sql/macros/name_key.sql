-- A name as it is compared: lower case, without accents, punctuation and the words at its end that
-- only say the kind of company. A name of nothing else stays as it is; NULL for an empty one.
create or replace macro intermediate.name_key(name) as
    nullif(
        regexp_replace(
            trim(
                regexp_replace(
                    regexp_replace(
                        -- Joe's and L.L.C. are one word each.
                        regexp_replace(lower(strip_accents(name)), '[''’`.]', '', 'g'),
                        '[&+]', ' and ', 'g'
                    ),
                    '[^\p{L}\p{N}]+', ' ', 'g'
                )
            ),
            '(( and)? (ltd|limited|llc|llp|plc|inc|incorporated|corp|corporation|co|company|pty'
            || '|proprietary|pte|gmbh|mbh|ag|kg|ug|bv|nv|ab|as|aps|oy|sa|sas|sarl|srl))+$',
            ''
        ),
        ''
    )
