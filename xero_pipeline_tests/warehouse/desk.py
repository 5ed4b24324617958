"""A hand that lands pages as a sync would, and short ways to write what Xero writes."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import duckdb

from xero_pipeline.warehouse import Batch, BatchWriter, Landing, LoadedBatch, load
from xero_pipeline.warehouse.reading import raw_table

HARBOUR = UUID("11111111-1111-4111-8111-111111111111")
KOWHAI = UUID("22222222-2222-4222-8222-222222222222")


def at(minute: int) -> dt.datetime:
    """An instant of 1 March 2026, UTC."""
    return dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)


def naive(instant: dt.datetime) -> dt.datetime:
    """As the warehouse holds it: UTC without saying so."""
    return instant.replace(tzinfo=None)


def wire_date(instant: dt.datetime) -> str:
    """As Xero writes an instant."""
    return f"/Date({int(instant.timestamp() * 1000)}+0000)/"


def guid(number: int) -> str:
    return str(UUID(int=number))


def invoice(number: int, *, edited: int = 0, **fields: object) -> dict[str, Any]:
    """An invoice in Xero's JSON, last edited at minute `edited`."""
    return {"InvoiceID": guid(number), "UpdatedDateUTC": wire_date(at(edited)), **fields}


@dataclass(frozen=True)
class Desk:
    """Lands what a sync would have received."""

    landing: Landing

    def land(
        self,
        endpoint: str,
        *pages: list[dict[str, Any]],
        minute: int = 0,
        organisation: UUID = HARBOUR,
        complete: bool = False,
        next_cursor: dt.datetime | None = None,
        as_of_date: dt.date | None = None,
    ) -> Batch:
        """One batch with these records, a list per page, of a sync that began at that minute."""
        list_key = raw_table(endpoint).list_key
        bodies = [json.dumps({"Status": "OK", list_key: records}) for records in pages]
        return self.land_bodies(
            endpoint,
            *(body.encode() for body in bodies),
            minute=minute,
            organisation=organisation,
            complete=complete,
            next_cursor=next_cursor,
            as_of_date=as_of_date,
        )

    def land_bodies(
        self,
        endpoint: str,
        *bodies: bytes,
        minute: int = 0,
        organisation: UUID = HARBOUR,
        complete: bool = False,
        next_cursor: dt.datetime | None = None,
        as_of_date: dt.date | None = None,
    ) -> Batch:
        with self.landing.begin(
            organisation_id=organisation,
            endpoint=endpoint,
            started_at=at(minute),
            complete_listing=complete,
            as_of_date=as_of_date,
        ) as batch:
            for body in bodies:
                batch.write(body)
            return batch.finish(calls=len(bodies), wire_bytes=100, next_cursor=next_cursor)


def load_waiting(connection: duckdb.DuckDBPyConnection, landing: Landing) -> list[LoadedBatch]:
    """Load what is landed and waits for it."""
    waiting = landing.unloaded()
    loaded = load(connection, waiting)
    landing.mark_loaded(waiting)
    return loaded


def die(writer: BatchWriter) -> None:
    """What the operating system does when the process that lands pages is killed."""
    if writer._held:
        writer._held.let_go()


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()
