"""Xero's reports, worked out from the ledger and the documents.

Layouts follow the examples of Xero's OpenAPI file (accounting 16.1). Everything is in base currency
and on the accrual basis. Foreign bank accounts stand at what their movements were worth on their
days: nothing is revalued, so no report holds an unrealised gain.
"""

from xero_pipeline.sandbox.books.reports.answer import answer

__all__ = ["answer"]
