"""What real answers contain and no document says: a client that survives these survives Xero.

Always the same records are odd, and none of their figures changes. Sources: the example of a
payment in a batch on developer.xero.com; the changelog of tap-xero (1.0.3, 2.0.2, 2.1.0).
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping
from decimal import Decimal

from xero_pipeline.sandbox.contract import Row

_UNSET = dt.date(1970, 1, 1)  # on the wire: /Date(0+0000)/
_LAST_CENTURY = dt.date(1926, 7, 1)  # negative milliseconds
_ONE_WITH_TEN_DECIMALS = Decimal("1.0000000000")


def with_oddities(list_key: str, row: Row) -> Row:
    """The record as Xero shows it.

    Voided invoices may lose their due date to 1970, deleted drafts theirs to the century before;
    a payment's batch has no date; some rates of the base currency have ten decimals.
    """
    if list_key == "Invoices" and row.get("Status") == "VOIDED" and _chosen(row["InvoiceID"], 2):
        return {**row, "DueDate": _UNSET}
    if list_key == "Invoices" and row.get("Status") == "DELETED" and _chosen(row["InvoiceID"], 2):
        return {**row, "DueDate": _LAST_CENTURY}
    if list_key == "Payments":
        return _odd_payment(row)
    return row


def _odd_payment(row: Row) -> Row:
    batch = row.get("BatchPayment")
    if isinstance(batch, Mapping):
        row = {**row, "BatchPayment": {**batch, "Date": _UNSET}}
    if row.get("CurrencyRate") == 1 and _chosen(row["PaymentID"], 8):
        row = {**row, "CurrencyRate": _ONE_WITH_TEN_DECIMALS}
    return row


def _chosen(key: object, one_in: int) -> bool:
    return zlib.crc32(str(key).encode()) % one_in == 0
