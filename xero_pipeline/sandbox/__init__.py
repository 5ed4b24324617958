"""A Xero on this machine: login, identity, connections and Accounting API on one port.

events.py       what can happen in a book; order_events.py what posts nothing to its ledger
life/           plans the life of an agency and its client, and knows the truth about it
books/          applies events to a double-entry ledger and shows documents as Xero does
world.py        the books, with time passing
identity/       consent, tokens, connections
api/            listings, wire format, errors
front.py        faults, compression and the request log, around both
series/         many organisations that are alike, for little
control.py      the sandbox's own endpoint; control_client.py speaks to it
serve.py        starts it: `start(SandboxSettings(...))`, or `python -m xero_pipeline.sandbox`
"""
