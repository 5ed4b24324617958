-- What deserves attention in each client, one figure a row. A client without anything open, risky,
-- recurring or invoiced in the last year has no row.
select
    signals.organisation_id,
    clients.client_key,
    signals.contact_id,
    signals.signal,
    signals.as_of_date,
    clients.client_name as contact_name,
    signals.value,
    signals.unit,
    signals.currency_code,
    signals.previous_value,
    signals.change,
    signals.direction,
    signals.band,
    signals.threshold,
    signals.sentence,
    signals.sentence_previous,
    'xero' as source,
    list_transform(signals.drivers, lambda driver: driver.document_id) as documents,
    signals.drivers
from intermediate.signals as signals
left join marts.clients as clients
    on clients.organisation_id = signals.organisation_id
    and clients.client_key = signals.contact_id
where signals.subject = 'client'
