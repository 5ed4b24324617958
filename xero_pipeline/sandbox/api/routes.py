"""The Accounting API over HTTP: what is asked, and the envelope around the answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.sandbox.api import errors, papers, wire
from xero_pipeline.sandbox.api.catalogue import Resource, Shape
from xero_pipeline.sandbox.api.collection import Collections
from xero_pipeline.sandbox.api.errors import ApiError
from xero_pipeline.sandbox.api.exchange import Answer, Question, find, resource_of
from xero_pipeline.sandbox.api.gate import Caller, Gate, limit_headers, too_many
from xero_pipeline.sandbox.api.idempotency import Asked, IdempotentAnswers
from xero_pipeline.sandbox.api.listing import (
    HighVolumeError,
    ListingRules,
    Page,
    list_rows,
    unit_places,
)
from xero_pipeline.sandbox.api.texts import RecordTexts
from xero_pipeline.sandbox.api.where import QueryError
from xero_pipeline.sandbox.api.writing import Writing
from xero_pipeline.sandbox.api.xml import xml_document
from xero_pipeline.sandbox.books.errors import BadQuery
from xero_pipeline.sandbox.contract import Book, Value
from xero_pipeline.sandbox.front import pause
from xero_pipeline.sandbox.identity import scopes
from xero_pipeline.sandbox.limits import RateLimited
from xero_pipeline.sandbox.world import World


class AccountingApi:
    """Everything under `/api.xro/2.0/`."""

    def __init__(self, world: World, gate: Gate, rules: ListingRules) -> None:
        self.rules = rules
        self._world = world
        self._gate = gate
        self._texts = RecordTexts()
        self._collections = Collections()
        self._writing = Writing(world)
        self._idempotent = IdempotentAnswers(world.clock)

    async def endpoint(self, request: Request) -> Response:
        """Answers on the server's own thread: a thread for each call would cost more than it."""
        caller = self._gate.caller(request)
        try:
            with self._gate.counted(caller) as remaining:
                await pause(request)
                response = await self._respond(request, caller)
        except RateLimited as refusal:
            response, remaining = too_many(refusal), refusal.remaining
        response.headers.update(limit_headers(remaining))
        return response

    def forget_writes(self) -> None:
        """Every Idempotency-Key is new again."""
        self._idempotent.clear()

    async def _respond(self, request: Request, caller: Caller) -> Response:
        if request.method == "GET":
            return self._attempt(request, caller, self._read)
        body = await request.body()

        def write() -> Response:
            return self._attempt(request, caller, self._write_of(body))

        asked = Asked(caller.tenant, request.method, str(request.url), body)
        key = request.headers.get("idempotency-key")
        try:
            return self._idempotent.answer(caller.bearer.app.client_id, key, asked, write)
        except ApiError as error:
            return error.response()

    def _attempt(
        self, request: Request, caller: Caller, respond: Callable[[Question, Book], Response]
    ) -> Response:
        try:
            with self._world.open(caller.tenant) as book:
                response = respond(Question.of(request, caller, book.ids), book)
                response.body = book.ids.own(bytes(response.body))
                return response
        except ApiError as error:
            return error.response()
        except (QueryError, BadQuery) as error:
            return errors.query_error(str(error)).response()
        except HighVolumeError as error:
            return errors.high_volume(str(error)).response()

    def _write_of(self, body: bytes) -> Callable[[Question, Book], Response]:
        return lambda question, book: self._enclose(
            question, self._writing.answer(question, book, body)
        )

    def _read(self, question: Question, book: Book) -> Response:
        match question.path:
            case (reports, name) if reports.lower() == "reports":
                return self._enclose(question, self._report(question, book, name))
            case (collection,):
                resource = resource_of(question, collection)
                return self._enclose(question, self._listing(question, book, resource))
            case (collection, key):
                resource = resource_of(question, collection)
                return self._enclose(question, self._single(question, book, resource, key))
            case (_, _, attachments, *name) if attachments.lower() == "attachments":
                document = papers.document_of_files(question, book)
                files = book.attachments(document.kind, document.id)
                if name:
                    return papers.content(files, name[0])
                return self._enclose(question, papers.file_list(question, files))
            case (_, _, history) if history.lower() == "history":
                document = papers.document_of_history(question, book)
                records = book.history(document.kind, document.id)
                return self._enclose(question, Answer.of_rows("HistoryRecords", records))
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
        row = find(book, resource, key)
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
        return Answer.of_rows("Reports", [report])

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


def _pagination(page: Page) -> dict[str, Value]:
    return {
        "page": page.number,
        "pageSize": page.size,
        "pageCount": page.count,
        "itemCount": page.items,
    }
