"""A Xero on this machine: login, identity, connections and Accounting API on one port.

events.py       what can happen in a book; order_events.py what posts nothing to its ledger;
                document_events.py what happens to documents once they are saved
life/           plans the life of an agency and its client, and knows the truth about it
books/          applies events to a double-entry ledger and shows documents as Xero does;
                writing/ is what Xero takes of clients and in which words it refuses
world.py        the books, with time passing
identity/       consent, tokens, connections
api/            listings, writes under idempotency keys, wire format, errors
front.py        faults, compression and the request log, around both
series/         many organisations that are alike, for little
control.py      the sandbox's own endpoint; control_client.py speaks to it
serve.py        starts it: `start(SandboxSettings(...))`, or `python -m xero_pipeline.sandbox`
"""
