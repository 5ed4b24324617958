-- What a line's description says, without what changes from one invoice to the next: case, words
-- that hold a digit (dates, numbers, "Q1"), names of months and punctuation.
create or replace macro intermediate.cadence_text(description) as trim(
    regexp_replace(
        regexp_replace(
            lower(coalesce(description, '')),
            '\S*\d\S*|\b(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|'
            || 'sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)\b|[^\p{L}]',
            ' ',
            'g'
        ),
        ' +',
        ' ',
        'g'
    )
)
