"""The Accounting API over HTTP: what is asked, and the envelope around the answer."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.sandbox.api import errors, wire
from xero_pipeline.sandbox.api.catalogue import BY_PATH, Resource, Shape
from xero_pipeline.sandbox.api.collection import Collections
from xero_pipeline.sandbox.api.errors import ApiError
from xero_pipeline.sandbox.api.gate import Caller, Gate, limit_headers, too_many
from xero_pipeline.sandbox.api.listing import (
    HighVolumeError,
    ListingRules,
    Page,
    Query,
    list_rows,
    parse_modified_since,
    unit_places,
)
from xero_pipeline.sandbox.api.texts import RecordTexts
from xero_pipeline.sandbox.api.where import QueryError
from xero_pipeline.sandbox.api.xml import xml_document
from xero_pipeline.sandbox.books.errors import BadQuery
from xero_pipeline.sandbox.contract import Attachment, Book, Ids, Row, Value
from xero_pipeline.sandbox.front import pause, share_shown
from xero_pipeline.sandbox.identity import scopes
from xero_pipeline.sandbox.limits import RateLimited
from xero_pipeline.sandbox.world import World

PREFIX = "/api.xro/2.0/"


@dataclass(frozen=True)
class Question:
    """A request that passed the gate."""

    caller: Caller
    path: tuple[str, ...]
    query: Query
    modified_since: dt.datetime | None
    accept: str
    share_shown: Fraction
    request: Request

    @property
    def base_url(self) -> str:
        return str(self.request.base_url).rstrip("/") + PREFIX

    @classmethod
    def of(cls, request: Request, caller: Caller, ids: Ids) -> Question:
        """The question with its ids as they stand in the rows of the book asked."""
        path = ids.shared(request.path_params["path"].strip("/"))
        parameters = request.query_params.items()
        return cls(
            caller=caller,
            path=tuple(path.split("/")),
            query=Query.of((name, ids.shared(value)) for name, value in parameters),
            modified_since=parse_modified_since(request.headers.get("if-modified-since")),
            accept=request.headers.get("accept", ""),
            share_shown=share_shown(request),
            request=request,
        )


@dataclass(frozen=True)
class Answer:
    """Records under a plural key: as they are shown, and the same as JSON text."""

    list_key: str
    rows: Sequence[Row]
    texts: Sequence[bytes]
    page: Page | None = None


class AccountingApi:
    """Everything under `/api.xro/2.0/`; the sandbox's is read only."""

    def __init__(self, world: World, gate: Gate, rules: ListingRules) -> None:
        self.rules = rules
        self._world = world
        self._gate = gate
        self._texts = RecordTexts()
        self._collections = Collections()

    async def endpoint(self, request: Request) -> Response:
        """Answers on the server's own thread: a thread for each call would cost more than it."""
        caller = self._gate.caller(request)
        try:
            with self._gate.counted(caller) as remaining:
                await pause(request)
                response = self._respond(request, caller)
        except RateLimited as refusal:
            response, remaining = too_many(refusal), refusal.remaining
        response.headers.update(limit_headers(remaining))
        return response

    def _respond(self, request: Request, caller: Caller) -> Response:
        try:
            if request.method != "GET":
                raise ApiError(501, "The sandbox is read only")
            with self._world.open(caller.tenant) as book:
                response = self._route(Question.of(request, caller, book.ids), book)
                response.body = book.ids.own(bytes(response.body))
                return response
        except ApiError as error:
            return error.response()
        except (QueryError, BadQuery) as error:
            return errors.query_error(str(error)).response()
        except HighVolumeError as error:
            return errors.high_volume(str(error)).response()

    def _route(self, question: Question, book: Book) -> Response:
        match question.path:
            case (reports, name) if reports.lower() == "reports":
                return self._enclose(question, self._report(question, book, name))
            case (collection,):
                resource = _resource(question, collection)
                return self._enclose(question, self._listing(question, book, resource))
            case (collection, key):
                resource = _resource(question, collection)
                return self._enclose(question, self._single(question, book, resource, key))
            case (collection, key, attachments, *name) if attachments.lower() == "attachments":
                question.caller.require(scopes.ATTACHMENTS)
                files = _files(book, collection, key)
                if name:
                    return _content(files, name[0])
                return self._enclose(question, _file_list(question, files))
        raise errors.not_found()

    def _listing(self, question: Question, book: Book, resource: Resource) -> Answer:
        rows = book.rows(resource.list_key)
        listing = list_rows(
            self._collections.of(book.rows_of, resource, rows),
            question.query,
            question.modified_since,
            replace(self.rules, share_shown=question.share_shown),
        )
        texts = [
            self._texts.text(book.rows_of, resource, row, listing.shape, listing.unit_places)
            for row in listing.rows
        ]
        return Answer(resource.list_key, listing.rows, texts, listing.page)

    def _single(self, question: Question, book: Book, resource: Resource, key: str) -> Answer:
        row = _find(book, resource, key)
        places = max(resource.unit_places, unit_places(question.query))
        text = self._texts.text(book.rows_of, resource, row, Shape.FULL, places)
        return Answer(resource.list_key, [row], [text])

    def _report(self, question: Question, book: Book, name: str) -> Answer:
        title = next((known for known in scopes.REPORTS if known.lower() == name.lower()), None)
        if title is None:
            raise errors.not_found()
        question.caller.require(scopes.REPORTS[title])
        today = self._world.clock.now().astimezone(book.timezone).date()
        report = book.report(title, question.query.parameters, today)
        return Answer("Reports", [report], [wire.encode_record("Reports", report).encode()])

    def _enclose(self, question: Question, answer: Answer) -> Response:
        correlation_id = str(uuid.uuid4())
        head: dict[str, Value] = {
            "Id": correlation_id,
            "Status": "OK",
            "ProviderName": question.caller.bearer.app.name,
            "DateTimeUTC": self._world.clock.now(),
        }
        if answer.page is not None:
            head["pagination"] = _pagination(answer.page)
        if "json" in question.accept:
            body = wire.envelope(head, answer.list_key, answer.texts)
            media_type = "application/json; charset=utf-8"
        else:
            body = xml_document(head, answer.list_key, answer.rows)
            media_type = "text/xml; charset=utf-8"
        headers = {"Xero-Correlation-Id": correlation_id, "Content-Type": media_type}
        return Response(body, headers=headers)


def _resource(question: Question, collection: str) -> Resource:
    """The collection of a path, once the token may read it."""
    resource = BY_PATH.get(collection.lower())
    if resource is None:
        raise errors.not_found()
    if resource.tier is not None:
        question.caller.require_tier(resource.tier)
    question.caller.require(resource.scopes)
    return resource


def _find(book: Book, resource: Resource, key: str) -> Row:
    row = book.row(resource.list_key, unquote(key))
    if row is None:
        raise errors.not_found()
    return row


def _files(book: Book, collection: str, key: str) -> Sequence[Attachment]:
    resource = BY_PATH.get(collection.lower())
    if resource is None or resource.attachable is None:
        raise errors.not_found()
    document = _find(book, resource, key)
    return book.attachments(resource.attachable, str(document[resource.id_field]))


def _file_list(question: Question, files: Sequence[Attachment]) -> Answer:
    collection, key = question.path[:2]
    rows: list[Row] = [
        {
            "AttachmentID": file.attachment_id,
            "FileName": file.file_name,
            "Url": f"{question.base_url}{collection}/{key}/Attachments/{quote(file.file_name)}",
            "MimeType": file.mime_type,
            "ContentLength": len(file.content),
        }
        for file in files
    ]
    texts = [wire.encode_record("Attachments", row).encode() for row in rows]
    return Answer("Attachments", rows, texts)


def _content(files: Sequence[Attachment], name: str) -> Response:
    for file in files:
        if name.lower() in (file.attachment_id.lower(), file.file_name.lower()):
            return Response(file.content, media_type=file.mime_type)
    raise errors.not_found()


def _pagination(page: Page) -> dict[str, Value]:
    return {
        "page": page.number,
        "pageSize": page.size,
        "pageCount": page.count,
        "itemCount": page.items,
    }
