"""A life from the sandbox in a warehouse, as a complete sync would have left it, without HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from uuid import UUID

import duckdb

from xero_pipeline.sandbox.api import wire
from xero_pipeline.sandbox.books import Book
from xero_pipeline.sandbox.events import Event, OrganisationOpened
from xero_pipeline.warehouse import Landing, load
from xero_pipeline.xero import CONTACT_REPORTS, ENDPOINTS, REPORTS

Plan = Callable[[int, dt.date, dt.datetime], list[Event]]


def lived(events: Iterable[Event]) -> Book:
    """The sandbox's book after all these events, its opening first."""
    opened, *rest = events
    assert isinstance(opened, OrganisationOpened)
    book = Book(opened)
    for event in rest:
        book.apply(event)
    return book


def sync(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    book: Book,
    now: dt.datetime,
    *,
    endpoints: Collection[str],
    reports: Mapping[str, Iterable[dt.date]],
    aged_on: dt.date | None = None,
) -> None:
    """Land and load what the book lists.

    Args:
        folder: takes the landed pages.

        The others are those of `land`.
    """
    landing = Landing(folder)
    land(landing, book, now, endpoints=endpoints, reports=reports, aged_on=aged_on)
    load(connection, landing.all())


def land(
    landing: Landing,
    book: Book,
    now: dt.datetime,
    *,
    endpoints: Collection[str],
    reports: Mapping[str, Iterable[dt.date]],
    aged_on: dt.date | None = None,
) -> None:
    """Land what the book lists.

    Args:
        endpoints: names of those that are read.
        now: when the sync begins, UTC.
        reports: report -> the days it is asked for, today's among them.
        aged_on: the day that the aged reports of all contacts are asked for; None: of nobody.
    """
    for endpoint in ENDPOINTS:
        if endpoint.name in endpoints:
            rows = book.rows(endpoint.list_key)
            texts = [wire.encode_record(endpoint.list_key, row).encode() for row in rows]
            body = wire.envelope({"Status": "OK"}, endpoint.list_key, texts)
            _land(landing, book, endpoint.name, body, now, complete=True)
    for report in REPORTS:
        for day in reports.get(report.name, ()):
            answer = book.report(report.path.rpartition("/")[2], report.params(day), day)
            text = wire.encode_record("Reports", answer).encode()
            body = wire.envelope({"Status": "OK"}, "Reports", [text])
            _land(landing, book, report.name, body, now, as_of_date=day)
    if aged_on is not None:
        _land_aged_reports(landing, book, now, aged_on)


def _land_aged_reports(landing: Landing, book: Book, now: dt.datetime, day: dt.date) -> None:
    contacts = [str(row["ContactID"]) for row in book.rows("Contacts")]
    for report in CONTACT_REPORTS:
        with landing.begin(
            organisation_id=book.tenant_id,
            endpoint=report.name,
            started_at=now,
            as_of_date=day,
        ) as batch:
            for contact in contacts:
                query = report.params(day) | {"contactId": contact}
                answer = book.report(report.path.rpartition("/")[2], query, day)
                text = wire.encode_record("Reports", answer).encode()
                body = wire.envelope({"Status": "OK"}, "Reports", [text])
                batch.write(body, contact_id=UUID(contact))
            batch.finish(calls=len(contacts), wire_bytes=0)


def _land(
    landing: Landing,
    book: Book,
    endpoint: str,
    body: bytes,
    now: dt.datetime,
    *,
    complete: bool = False,
    as_of_date: dt.date | None = None,
) -> None:
    with landing.begin(
        organisation_id=book.tenant_id,
        endpoint=endpoint,
        started_at=now,
        complete_listing=complete,
        as_of_date=as_of_date,
    ) as batch:
        batch.write(body)
        batch.finish(calls=1, wire_bytes=len(body), next_cursor=None)
