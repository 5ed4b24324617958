"""Writes over HTTP: what is asked, whether Xero takes it, and the answer.

A write becomes events of the organisation's life, so that ledger, listings and ground truth follow.
Documents that exist can be edited; the sandbox makes none through the API, and says 501.
Source: Xero's OpenAPI file (accounting 16.1); developer.xero.com, requests and responses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from xero_pipeline.sandbox.api import errors, papers, wire
from xero_pipeline.sandbox.api.bodies import Element, elements
from xero_pipeline.sandbox.api.catalogue import Resource
from xero_pipeline.sandbox.api.errors import ApiError
from xero_pipeline.sandbox.api.exchange import Answer, Question, find, resource_of
from xero_pipeline.sandbox.api.listing import unit_places
from xero_pipeline.sandbox.books.errors import Invalid, Refused
from xero_pipeline.sandbox.contract import Book, LinesWrite, Row, Value, Write
from xero_pipeline.sandbox.events import Event
from xero_pipeline.sandbox.identity import scopes
from xero_pipeline.sandbox.world import World

_EDITABLE = frozenset({"BankTransactions", "Invoices", "CreditNotes", "ManualJournals"})
_UNIT_PLACES = 4


@dataclass(frozen=True)
class _Wanted:
    """An element of a request: what must happen for it, or why it cannot.

    Attributes:
        document_id: as the organisation shows it; in the rows of a book it may change when
            something happens, see `contract.Ids`.
    """

    document_id: str
    events: Sequence[Event] = ()
    refusal: str | None = None


class Writing:
    """Everything but GET under `/api.xro/2.0/`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, question: Question, book: Book, body: bytes) -> Answer:
        """Does what is asked.

        Raises:
            ApiError: Xero answers with something else than 200; nothing has happened then.
        """
        match (question.request.method, *(part.lower() for part in question.path)):
            case ("POST", collection) | ("POST", collection, _):
                return self._edit(question, book, collection, body)
            case ("PUT" | "POST", _, _, "attachments", _, *_):
                return self._attach(question, book, body)
            case ("PUT", _, _, "history"):
                return self._note(question, book, body)
            case ("PUT", _):
                raise _makes_none()
        raise errors.not_found()

    def _edit(self, question: Question, book: Book, collection: str, body: bytes) -> Answer:
        resource = resource_of(question, collection)
        question.caller.require(scopes.to_write(resource.scopes))
        if resource.list_key not in _EDITABLE or resource.attachable is None:
            raise ApiError(501, "The sandbox does not write these")
        wanted = elements(_shared(book, body), resource.list_key)
        marked = len(question.path) == 1
        if not wanted or (len(wanted) > 1 and not marked):
            raise errors.not_readable()
        checked = [_checked(question, book, resource, each) for each in wanted]
        if question.query.text("summarizeErrors").lower() != "false":
            _require_valid(book, resource, checked)
        for each in checked:
            self._happen(question, each.events)
        rows = [_shown(book, resource, each, marked=marked) for each in checked]
        return Answer(resource.list_key, rows, _texts(resource, rows, unit_places(question.query)))

    def _attach(self, question: Question, book: Book, body: bytes) -> Answer:
        document = papers.document_of_files(question, book)
        own_id = _own(book, document.id)
        write = papers.file_to_write(question, document, body)
        self._happen(question, _valid_events(book, write))
        files = book.attachments(document.kind, book.ids.shared(own_id))
        return papers.file_list(question, files[-1:])

    def _note(self, question: Question, book: Book, body: bytes) -> Answer:
        document = papers.document_of_history(question, book)
        own_id = _own(book, document.id)
        notes = papers.notes_to_write(document, body)
        for events in [_valid_events(book, note) for note in notes]:
            self._happen(question, events)
        written = book.history(document.kind, book.ids.shared(own_id))[: len(notes)]
        return Answer.of_rows("HistoryRecords", written)

    def _happen(self, question: Question, events: Sequence[Event]) -> None:
        try:
            self._world.apply(question.caller.tenant, events)
        except Refused as refused:
            raise _refusal(str(refused)) from None


def _checked(question: Question, book: Book, resource: Resource, element: Element) -> _Wanted:
    named = str(element.get(resource.id_field) or "")
    wanted = question.path[1] if len(question.path) > 1 else named
    if not wanted:
        raise _makes_none()
    document_id = str(find(book, resource, wanted)[resource.id_field])
    own_id = _own(book, document_id)
    if named.lower() not in ("", document_id):
        return _Wanted(own_id, refusal=f"{resource.id_field} is not that of the path")
    write = LinesWrite(
        kind=str(resource.attachable),
        document_id=document_id,
        body=element,
        unit_places=unit_places(question.query),
    )
    try:
        return _Wanted(own_id, _events(book, write))
    except Invalid as invalid:
        return _Wanted(own_id, refusal=str(invalid))


def _own(book: Book, document_id: str) -> str:
    return book.ids.own(document_id.encode()).decode()


def _shared(book: Book, body: bytes) -> bytes:
    return book.ids.shared(body.decode(errors="replace")).encode()


def _makes_none() -> ApiError:
    return ApiError(501, "The sandbox makes no documents through the API")


def _events(book: Book, write: Write) -> Sequence[Event]:
    """Raises Invalid, and ApiError for a body with values of the wrong kind."""
    try:
        return book.wanted_events(write)
    except ValidationError:
        raise errors.not_readable() from None


def _valid_events(book: Book, write: Write) -> Sequence[Event]:
    """Raises ApiError where the book raises Invalid."""
    try:
        return _events(book, write)
    except Invalid as invalid:
        raise _refusal(str(invalid)) from None


def _refusal(message: str) -> ApiError:
    """With an element that is nothing but its error."""
    row: Row = {"ValidationErrors": [{"Message": message}]}
    return errors.invalid_elements([wire.encode_record("Elements", row).encode()])


def _require_valid(book: Book, resource: Resource, checked: Sequence[_Wanted]) -> None:
    """Raises ApiError when one is refused: then none is done, the stricter of what is possible."""
    refused = [each for each in checked if each.refusal is not None]
    if refused:
        rows = [_shown(book, resource, each, marked=False) for each in refused]
        raise errors.invalid_elements(_texts(resource, rows, _UNIT_PLACES))


def _texts(resource: Resource, rows: Sequence[Row], places: int) -> Sequence[bytes]:
    return [wire.encode_record(resource.list_key, row, unit_places=places).encode() for row in rows]


def _shown(book: Book, resource: Resource, wanted: _Wanted, *, marked: bool) -> Row:
    """The document as it stands, with what was wrong about the request.

    Args:
        marked: with StatusAttributeString, as among many.
    """
    row: dict[str, Value] = dict(find(book, resource, book.ids.shared(wanted.document_id)))
    if marked:
        row["StatusAttributeString"] = "OK" if wanted.refusal is None else "ERROR"
    if wanted.refusal is not None:
        row["ValidationErrors"] = [{"Message": wanted.refusal}]
    return row
