"""What the HTTP side asks of a book. `books.Book` is the real one; tests bring their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from xero_pipeline.sandbox.events import Event

Value = (
    str
    | bool
    | int
    | Decimal
    | dt.date
    | dt.datetime
    | Sequence["Value"]
    | Mapping[str, "Value"]
    | None
)
Row = Mapping[str, Value]


class Attachment(Protocol):
    """A file on a document."""

    @property
    def attachment_id(self) -> str: ...
    @property
    def file_name(self) -> str: ...
    @property
    def mime_type(self) -> str: ...
    @property
    def content(self) -> bytes: ...


@dataclass(frozen=True)
class LinesWrite:
    """A document that exists, as a client wants it to be.

    Attributes:
        kind: Xero's singular name, "BankTransaction".
        document_id: whose.
        body: the element of the request, numbers as Decimal.
        unit_places: decimals of unit prices that count; the rest is rounded away.
    """

    kind: str
    document_id: str
    body: Mapping[str, Any]
    unit_places: int


@dataclass(frozen=True)
class FileWrite:
    kind: str
    document_id: str
    file_name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True)
class NoteWrite:
    kind: str
    document_id: str
    details: str


Write = LinesWrite | FileWrite | NoteWrite
"""What a client may ask a book to change."""


class Ids(Protocol):
    """How ids stand in the rows that a book hands out, and how the organisation shows them."""

    def own(self, text: bytes) -> bytes:
        """The text of rows as the organisation shows it."""

    def shared(self, text: str) -> str:
        """What a client writes, as it stands in the rows."""


class _SameIds:
    def own(self, text: bytes) -> bytes:
        return text

    def shared(self, text: str) -> str:
        return text


SAME_IDS: Ids = _SameIds()
"""Of a book whose rows are its own."""


class Book(Protocol):
    """One organisation's books, in Xero's shapes with typed values.

    Rows carry every field Xero would ever show, in Xero's order; a value of None means absent.
    A row that changes is a new object: the wire text of an unchanged object is kept and re-used.
    So is a list of rows: what was worked out from an unchanged list is kept, too.

    Attributes:
        clock: what the book takes for now; overdue balances depend on it.
    """

    clock: Callable[[], dt.datetime]

    @property
    def key(self) -> str: ...
    @property
    def tenant_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def timezone(self) -> ZoneInfo: ...
    @property
    def ids(self) -> Ids: ...
    @property
    def rows_of(self) -> str:
        """The tenant id of the book whose rows these are: its own, but for a copy."""

    def apply(self, event: Event) -> None: ...

    def rows(self, resource: str) -> Sequence[Row]:
        """Every row of a list; `resource` is its plural key, "Invoices"."""

    def row(self, resource: str, key: str) -> Row | None:
        """One row by its GUID or by the number or code that Xero takes instead."""

    def report(self, name: str, query: Mapping[str, str], today: dt.date) -> Row:
        """A report; the names of `query` are in lower case. Raises books.BadQuery."""

    def attachments(self, kind: str, document_id: str) -> Sequence[Attachment]:
        """The files on a document; `kind` is Xero's singular name, "Invoice"."""

    def history(self, kind: str, document_id: str) -> Sequence[Row]:
        """What happened to a document, newest first."""

    def wanted_events(self, write: Write) -> Sequence[Event]:
        """What must happen for a client's write to be done; nothing happens yet.

        Raises:
            books.Invalid: Xero would answer with these validation errors.
        """
