"""The books of a sandbox organisation: events applied to a double-entry ledger and to documents.

`Book` takes the events of `sandbox/events.py` and answers with rows in Xero's shapes, with reports
worked out from the ledger, and with the ledger itself. It knows nothing of HTTP or JSON.
"""

from xero_pipeline.sandbox.books.book import Book
from xero_pipeline.sandbox.books.documents import Attachment
from xero_pipeline.sandbox.books.errors import BadQuery, Invalid, Refused
from xero_pipeline.sandbox.books.ledger import Entry, Journal, Source

__all__ = ["Attachment", "BadQuery", "Book", "Entry", "Invalid", "Journal", "Refused", "Source"]
