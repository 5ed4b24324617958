-- What deserves attention in the organisation, one figure a row, so that signals from other
-- systems can be put under them.
select
    organisation_id,
    signal,
    as_of_date,
    value,
    unit,
    currency_code,
    previous_value,
    change,
    direction,
    band,
    threshold,
    sentence,
    sentence_previous,
    'xero' as source,
    list_transform(drivers, lambda driver: driver.document_id) as documents,
    drivers
from intermediate.signals
where subject = 'agency'
