"""From documents to rows: what a single GET or a paged list shows, in Xero's order of keys.

Sources: the recordings in Xero's Python SDK and the examples of its OpenAPI file (accounting 16.1).
Values are typed and unformatted; keys of null fields are left out and empty lists kept, as in the
recordings. The `...String` helpers belong to the wire format and are not here.
"""
