"""A book that is its series' first book under other ids, until it lives a life of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

from xero_pipeline.sandbox.books import Book
from xero_pipeline.sandbox.books.shapes.settings import organisation_row
from xero_pipeline.sandbox.contract import SAME_IDS, Attachment, Ids, Row, Write
from xero_pipeline.sandbox.events import Event, OrganisationOpened, id_beginning, xero_id


class CopiedBook:
    """See `contract.Book`.

    Args:
        original: the first book; what happens to it later does not show here.
        opened: this organisation's own beginning; its key is of the original's series.
        events: what has happened to the original after its beginning.
    """

    def __init__(self, original: Book, opened: OrganisationOpened, events: Sequence[Event]) -> None:
        self._original = original
        self._opened = opened
        self._events = events
        self._own: Book | None = None
        self._organisation: Row | None = None
        self._ids = _Rewritten(id_beginning(original.key), id_beginning(opened.key))
        self._clock = original.clock
        self.key = opened.key
        self.name = opened.name
        self.tenant_id = xero_id(opened.key, "Organisation", opened.key)

    @property
    def clock(self) -> Callable[[], dt.datetime]:
        return self._clock

    @clock.setter
    def clock(self, clock: Callable[[], dt.datetime]) -> None:
        self._clock = self._book.clock = clock

    @property
    def timezone(self) -> ZoneInfo:
        return self._original.timezone

    @property
    def ids(self) -> Ids:
        return self._ids if self._own is None else SAME_IDS

    @property
    def rows_of(self) -> str:
        return self._book.rows_of

    def apply(self, event: Event) -> None:
        """Raises Refused; the copy has a book of its own even then."""
        if self._own is None:
            self._own = self._replayed()
        self._own.apply(event)

    def rows(self, resource: str) -> Sequence[Row]:
        if self._own is None and resource == "Organisations":
            return [self._own_row()]
        return self._book.rows(resource)

    def row(self, resource: str, key: str) -> Row | None:
        if self._own is None and resource == "Organisations":
            return self._own_row()
        return self._book.row(resource, key)

    def report(self, name: str, query: Mapping[str, str], today: dt.date) -> Row:
        return self._book.report(name, query, today)

    def attachments(self, kind: str, document_id: str) -> Sequence[Attachment]:
        return self._book.attachments(kind, document_id)

    def history(self, kind: str, document_id: str) -> Sequence[Row]:
        return self._book.history(kind, document_id)

    def wanted_events(self, write: Write) -> Sequence[Event]:
        return self._book.wanted_events(write)

    @property
    def _book(self) -> Book:
        return self._own or self._original

    def _own_row(self) -> Row:
        if self._organisation is None:
            self._organisation = organisation_row(self._opened, self.tenant_id)
        return self._organisation

    def _replayed(self) -> Book:
        """Ids follow from keys, so that the same events make the same records under other ids."""
        book = Book(self._opened)
        for event in self._events:
            book.apply(event)
        book.clock = self._clock
        return book


class _Rewritten:
    """The ids of the original, which all begin alike, with the beginning of the copy's."""

    def __init__(self, original: str, own: str) -> None:
        self._original, self._own = f"{original}-", f"{own}-"
        self._original_bytes, self._own_bytes = self._original.encode(), self._own.encode()

    def own(self, text: bytes) -> bytes:
        return text.replace(self._original_bytes, self._own_bytes)

    def shared(self, text: str) -> str:
        return text.replace(self._own, self._original)
