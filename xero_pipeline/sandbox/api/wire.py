r"""How typed values look on the wire: Xero's own JSON, to the character.

Two-space pretty print with CRLF, slashes escaped, numbers with a fixed count of decimals, dates as
`\/Date(ms+0000)\/` beside the ISO helper fields, absent values left out.
Source: traffic recorded in the cassettes of Xero's Python SDK; examples in the OpenAPI file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from json.encoder import encode_basestring

from xero_pipeline.sandbox.contract import Row, Value

NEWLINE = "\r\n"
STEP = "  "

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_MILLISECOND = dt.timedelta(milliseconds=1)

_MONEY_PLACES = 2
_RATE_PLACES = 6  # or 10, where the rate has more
_PLACES = {
    "Quantity": 4,
    "QuantityOnHand": 4,
    "Rate": 4,
    "EffectiveRate": 4,
    "DisplayTaxRate": 4,
}
_UNIT_PRICES = frozenset({"UnitAmount", "UnitPrice"})

_DATE_STRINGS = {
    ("Invoices", "Date"), ("Invoices", "DueDate"),
    ("Invoices", "ExpectedPaymentDate"), ("Invoices", "PlannedPaymentDate"),
    ("CreditNotes", "Date"), ("CreditNotes", "DueDate"),
    ("Prepayments", "Date"), ("Overpayments", "Date"),
    ("BankTransactions", "Date"), ("BankTransfers", "Date"),
    ("BatchPayments", "Date"), ("BatchPayment", "Date"),
    ("Quotes", "Date"), ("Quotes", "ExpiryDate"),
    ("PurchaseOrders", "Date"), ("PurchaseOrders", "DeliveryDate"),
}  # fmt: skip
"""(list or object, field) that carries a `...String` helper in front of it."""

_UPDATED_STRINGS = {"Invoices", "CreditNotes", "Payments", "Prepayments", "Overpayments"}
"""Since July 2026 these carry UpdatedDateUTCString behind UpdatedDateUTC."""

_ISO_BEFORE = {("BankTransfers", "CreatedDateUTC"), ("HistoryRecords", "DateUTC")}
"""Instants that carry a `...String` helper in front of them."""

_ENVELOPE = ""
_WITHOUT_OFFSET = {
    ("Organisations", "CreatedDateUTC"),
    ("Reports", "UpdatedDateUTC"),
    ("Quotes", "Date"),
    ("Quotes", "ExpiryDate"),
    ("Quotes", "UpdatedDateUTC"),
    (_ENVELOPE, "DateTimeUTC"),
}
_SHOWN_ONLY_WHEN_TRUE = frozenset({"SentToContact"})


def milliseconds(instant: dt.datetime) -> int:
    return (instant - _EPOCH) // _MILLISECOND


def encode_string(text: str) -> str:
    return encode_basestring(text).replace("/", "\\/")


def encode_record(list_key: str, record: Row, *, unit_places: int = 2, depth: int = 2) -> str:
    """One record as it stands in its list.

    Args:
        list_key: the list it stands in ("Invoices"); decides which helper fields it carries.
        record: typed values; None is left out.
        unit_places: decimals of unit prices; 4 when asked for with `unitdp=4`.
        depth: indentation, in steps of two spaces.
    """
    return _Encoder(unit_places).object(list_key, record, STEP * depth)


def envelope(head: Mapping[str, Value], list_key: str, records: Sequence[bytes]) -> bytes:
    """The answer around records that are already text.

    Args:
        head: what stands before the list, in order.
        list_key: the plural key.
        records: texts by `encode_record`, as UTF-8.
    """
    fields = _Encoder(_MONEY_PLACES).fields(_ENVELOPE, head, STEP)
    opening = f"{{{NEWLINE}{STEP}" + f",{NEWLINE}{STEP}".join([*fields, f'"{list_key}": ['])
    if not records:
        return f"{opening}]{NEWLINE}}}".encode()
    line = NEWLINE + STEP * 2
    listing = f",{line}".encode().join(records)
    return b"".join([(opening + line).encode(), listing, f"{NEWLINE}{STEP}]{NEWLINE}}}".encode()])


class _Encoder:
    """Written for speed: this is where a page of a thousand invoices spends its time."""

    def __init__(self, unit_places: int) -> None:
        self._unit_places = unit_places

    def object(self, name: str, record: Row, margin: str) -> str:
        inner = margin + STEP
        fields = f",{NEWLINE}{inner}".join(self.fields(name, record, inner))
        return f"{{{NEWLINE}{inner}{fields}{NEWLINE}{margin}}}" if fields else "{}"

    def fields(self, name: str, record: Row, margin: str) -> list[str]:
        fields: list[str] = []
        for key, value in record.items():
            if value is None or (value is False and key in _SHOWN_ONLY_WHEN_TRUE):
                continue
            if isinstance(value, dt.datetime):
                fields += _instant(name, key, value)
            elif isinstance(value, dt.date):
                fields += _day(name, key, value)
            else:
                fields.append(f'"{key}": {self._encode(key, value, margin)}')
        return fields

    def _encode(self, key: str, value: Value, margin: str) -> str:
        if isinstance(value, str):
            return encode_string(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, Decimal):
            return self._number(key, value)
        if isinstance(value, int):
            return str(value)
        if isinstance(value, Mapping):
            return self.object(key, value, margin)
        if isinstance(value, Sequence):
            return self._list(key, value, margin)
        raise TypeError(f"{key} has a value that Xero's JSON does not know: {value!r}")

    def _number(self, key: str, value: Decimal) -> str:
        if key == "CurrencyRate":
            return f"{value:.10f}" if _decimals(value) > _RATE_PLACES else f"{value:.6f}"
        if key in _UNIT_PRICES:
            return f"{value:.{self._unit_places}f}"
        return f"{value:.{_PLACES.get(key, _MONEY_PLACES)}f}"

    def _list(self, key: str, values: Sequence[Value], margin: str) -> str:
        if not values:
            return "[]"
        inner = margin + STEP
        texts = f",{NEWLINE}{inner}".join([self._encode(key, value, inner) for value in values])
        return f"[{NEWLINE}{inner}{texts}{NEWLINE}{margin}]"


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _day(name: str, key: str, day: dt.date) -> list[str]:
    offset = "" if (name, key) in _WITHOUT_OFFSET else "+0000"
    wire_date = f'"{key}": "\\/Date({(day.toordinal() - _EPOCH_DAY) * 86_400_000}{offset})\\/"'
    if (name, key) in _DATE_STRINGS:
        return [f'"{key}String": "{day.isoformat()}T00:00:00"', wire_date]
    return [wire_date]


def _instant(name: str, key: str, instant: dt.datetime) -> list[str]:
    offset = "" if (name, key) in _WITHOUT_OFFSET else "+0000"
    wire_date = f'"{key}": "\\/Date({milliseconds(instant)}{offset})\\/"'
    if (name, key) in _ISO_BEFORE:
        return [f'"{key}String": "{_iso(instant)}"', wire_date]
    if key == "UpdatedDateUTC" and name in _UPDATED_STRINGS:
        return [wire_date, f'"{key}String": "{_iso(instant)}Z"']
    return [wire_date]


def _iso(instant: dt.datetime) -> str:
    return instant.replace(microsecond=0, tzinfo=None).isoformat()
