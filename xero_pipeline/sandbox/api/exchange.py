"""A request that passed the gate, what it is about, and the records that answer it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import unquote

from starlette.requests import Request

from xero_pipeline.sandbox.api import errors, wire
from xero_pipeline.sandbox.api.catalogue import BY_PATH, Resource
from xero_pipeline.sandbox.api.gate import Caller
from xero_pipeline.sandbox.api.listing import Page, Query, parse_modified_since
from xero_pipeline.sandbox.contract import Book, Ids, Row
from xero_pipeline.sandbox.front import share_shown

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

    @classmethod
    def of_rows(cls, list_key: str, rows: Sequence[Row]) -> Answer:
        """Rows that are encoded as they are, once."""
        texts = [wire.encode_record(list_key, row).encode() for row in rows]
        return cls(list_key, rows, texts)


def resource_of(question: Question, collection: str) -> Resource:
    """The collection of a path, once the token may read it."""
    resource = BY_PATH.get(collection.lower())
    if resource is None:
        raise errors.not_found()
    if resource.tier is not None:
        question.caller.require_tier(resource.tier)
    question.caller.require(resource.scopes)
    return resource


def find(book: Book, resource: Resource, key: str) -> Row:
    row = book.row(resource.list_key, unquote(key))
    if row is None:
        raise errors.not_found()
    return row
