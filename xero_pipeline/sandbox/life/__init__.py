"""The life of two books as lists of events, and the truth about them.

A book's life is planned day by day from a seed: the same seed and start give the same events, and a
life planned for longer begins with exactly the events of a shorter one. The truth is computed from
the events alone; it knows neither the ledger nor what the API serves.
"""

from xero_pipeline.sandbox.life.agency import agency
from xero_pipeline.sandbox.life.client import client_book

__all__ = ["agency", "client_book"]
