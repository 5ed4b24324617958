"""A page as Xero sent it, and the little that has to be known about it before DuckDB reads it.

A page of 1,000 invoices is some 3 MB. Parsing it here would cost more than fetching it, so only the
`pagination` object is parsed; that the rest is whole is seen from its end and its balance.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime

# `pagination` and the list key stand in the first few hundred bytes.
_HEAD = 4096
_INDENTED = re.compile(rb"\{\r?\n +\"")
_PAGINATION = re.compile(rb'"pagination"\s*:\s*(\{[^{}]*\})')


class NotAPage(ValueError):
    """Why an answer cannot be used, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a list endpoint or a report.

    Attributes:
        number: counted from 1.
        body: the bytes as Xero sent them, after content decoding.
        page_count: pages in this listing, None where Xero does not say.
        item_count: records in this listing over all pages, None where Xero does not say.
        is_empty: the list holds no record.
        server_time: Xero's clock (UTC) when it answered.
        wire_bytes: bytes transferred, compressed if Xero compressed them.
    """

    number: int
    body: bytes
    page_count: int | None
    item_count: int | None
    is_empty: bool
    server_time: datetime
    wire_bytes: int

    @property
    def body_bytes(self) -> int:
        return len(self.body)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a page says about itself."""

    page_count: int | None
    item_count: int | None
    is_empty: bool


def read_envelope(body: bytes, list_key: str) -> Envelope:
    """Check that `body` is a whole answer holding `list_key`, and read its pagination.

    Raises:
        NotAPage: it is not JSON, is cut off, or is the answer to something else.
    """
    _check_whole(body)
    records = re.compile(rb'"%s"\s*:\s*\[\s*(\])?' % re.escape(list_key.encode())).search(body)
    if records is None:
        raise NotAPage(f"it has no list called {list_key}")
    pagination = _pagination(body)
    return Envelope(
        page_count=pagination.get("pageCount"),
        item_count=pagination.get("itemCount"),
        is_empty=records.group(1) is not None,
    )


def _check_whole(body: bytes) -> None:
    if not body.lstrip()[:1] == b"{":
        raise NotAPage("it is not a JSON object")
    if _ends_as_indented(body) or _is_balanced(body):
        return
    # Braces inside texts unbalance a whole page too: only a real parser can tell.
    try:
        json.loads(body)
    except ValueError:
        raise NotAPage("it ends in the middle") from None


def _ends_as_indented(body: bytes) -> bool:
    """Whether this is a page as Xero prints it, with its last line.

    Only the outermost brace starts a line, and no text in JSON holds a line break: the end alone
    tells, where counting braces would take as long as the transfer.
    """
    return _INDENTED.match(body) is not None and body.rstrip().endswith(b"\n}")


def _is_balanced(body: bytes) -> bool:
    return (
        body.rstrip().endswith(b"}")
        and body.count(b"{") == body.count(b"}")
        and body.count(b"[") == body.count(b"]")
    )


def _pagination(body: bytes) -> dict[str, int]:
    found = _PAGINATION.search(body[:_HEAD]) or _PAGINATION.search(body[-_HEAD:])
    if found is None:
        return {}
    try:
        values = json.loads(found.group(1))
    except ValueError:
        raise NotAPage("its pagination is not JSON") from None
    return {key: value for key, value in values.items() if isinstance(value, int)}
