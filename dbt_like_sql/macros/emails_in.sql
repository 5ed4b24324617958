-- The e-mail addresses in a text in lower case, each once: people put several into one field.
create or replace macro intermediate.emails_in(text) as
    list_sort(
        list_distinct(
            regexp_extract_all(lower(text), '[^\s,;:<>"()@]+@[^\s,;:<>"()@]+\.[^\s,;:<>"()@.]+')
        )
    )
