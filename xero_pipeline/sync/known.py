"""What the warehouse knows about organisations before their sync, one query for all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

import duckdb

from xero_pipeline.sync.depth import Depth
from xero_pipeline.sync.plan import Known
from xero_pipeline.warehouse import part_settled_invoices
from xero_pipeline.warehouse.aged_contacts import contacts_to_check
from xero_pipeline.warehouse.attachment_looks import Document, documents_to_look_at
from xero_pipeline.warehouse.cursors import read_progress
from xero_pipeline.warehouse.wire_types import snake_case
from xero_pipeline.xero import ATTACHMENTS, Deletion, Endpoint

_T = TypeVar("_T")

_OF_THESE = "organisation_id in (select unnest($organisation_ids::uuid[]))"


def read_known(
    connection: duckdb.DuckDBPyConnection,
    organisation_ids: Collection[str],
    endpoints: Collection[Endpoint],
    depth: Depth,
    aged_contacts: int = 0,
) -> dict[str, Known]:
    """Organisation id -> what a sync of this depth has to know of it.

    Args:
        organisation_ids: Xero's tenant ids; each has an entry in the result.
        endpoints: those that are switched on.
        aged_contacts: customers and suppliers, so many of each, to ask aged reports about.
    """
    ids = list(organisation_ids)
    progress = read_progress(connection, ids)
    rows = _rows(connection, ids, [e for e in endpoints if _may_be_listed_whole(e, depth)])
    offsets = _offsets(connection, ids, endpoints)
    is_nightly = depth is Depth.NIGHTLY
    part_settled = part_settled_invoices(connection, ids) if is_nightly else {}
    is_sampled = depth is not Depth.INCREMENT and aged_contacts > 0
    contacts = contacts_to_check(connection, ids, aged_contacts) if is_sampled else {}
    documents = _documents(connection, ids, depth) if ATTACHMENTS in endpoints else {}
    return {
        id: Known(
            progress=progress[id],
            asked_at=_present({name: each.asked_at for name, each in progress[id].items()}),
            changed_at=_present({name: each.changed_at for name, each in progress[id].items()}),
            reported_on=_present({name: each.reported_on for name, each in progress[id].items()}),
            rows=rows[id],
            offsets=offsets[id],
            part_settled=part_settled.get(id, ()),
            contacts=contacts.get(id, {}),
            documents=documents.get(id, ()),
        )
        for id in ids
    }


LOOKS_AN_INCREMENT = 30
"""Half of what Xero allows a minute: the rest of a sync is not to wait for files."""

_LOOKS_A_NIGHT = 1000


def _documents(
    connection: duckdb.DuckDBPyConnection, ids: list[str], depth: Depth
) -> dict[str, list[Document]]:
    """All day those that may have changed; at night all, since Xero may not announce a file."""
    is_all_day = depth is Depth.INCREMENT
    count = LOOKS_AN_INCREMENT if is_all_day else _LOOKS_A_NIGHT
    return documents_to_look_at(connection, ids, only_changed=is_all_day, count=count)


def _present(values: Mapping[str, _T | None]) -> dict[str, _T]:
    return {name: value for name, value in values.items() if value is not None}


def _may_be_listed_whole(endpoint: Endpoint, depth: Depth) -> bool:
    """Whether its rows have to be counted: the large tables only when all is listed again."""
    return depth is Depth.FULL or not endpoint.paged or endpoint.deletion is Deletion.VANISHES


def _rows(
    connection: duckdb.DuckDBPyConnection, ids: list[str], endpoints: Iterable[Endpoint]
) -> dict[str, dict[str, int]]:
    return _by_endpoint(
        connection,
        ids,
        [
            f"""
            select organisation_id::varchar, '{each.name}', count(*)
            from raw.{each.name}
            where {_OF_THESE} and _removed_at is null
            group by organisation_id
            """
            for each in endpoints
        ],
    )


_OPEN_NUMBERS = 100
"""A number this far below the newest that is missing still will never come."""


def _offsets(
    connection: duckdb.DuckDBPyConnection, ids: list[str], endpoints: Iterable[Endpoint]
) -> dict[str, dict[str, int]]:
    """After which number to go on: the last one before the first that is missing.

    Xero numbers records a moment before they can be listed, and not in the order in which they
    can: one that was not there yet when a greater one was read would otherwise never be.
    """
    return _by_endpoint(
        connection,
        ids,
        [
            f"""
            select
                organisation_id::varchar,
                '{each.name}',
                coalesce(min(previous) filter (number > previous + 1), max(number))
            from (
                select
                    organisation_id,
                    number,
                    lag(number) over (partition by organisation_id order by number) as previous
                from (
                    select organisation_id, {snake_case(each.offset_field)} as number
                    from raw.{each.name}
                    where {_OF_THESE}
                ) as numbered
                qualify number > max(number) over (partition by organisation_id) - {_OPEN_NUMBERS}
            ) as newest
            group by organisation_id
            """
            for each in endpoints
            if each.offset_field is not None
        ],
    )


def _by_endpoint(
    connection: duckdb.DuckDBPyConnection, ids: list[str], selects: list[str]
) -> dict[str, dict[str, int]]:
    """Organisation id -> endpoint -> a number, out of selects of these three columns."""
    numbers: dict[str, dict[str, int]] = {id: {} for id in ids}
    if selects:
        sql = " union all ".join(f"({select})" for select in selects)
        for id, endpoint, number in connection.execute(sql, {"organisation_ids": ids}).fetchall():
            numbers[id][endpoint] = number
    return numbers
