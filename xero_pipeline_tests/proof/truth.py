"""What the books say against what the raw tables hold, record by record and field by field.

The books' records are those of a complete listing, read by the few lines here, so that nothing of
the pipeline's own reading is believed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Literal
from uuid import UUID

import duckdb

from xero_pipeline.sandbox.api.complete import complete_listings
from xero_pipeline.sandbox.books import Book
from xero_pipeline.warehouse.wire_types import snake_case
from xero_pipeline.xero import ENDPOINTS, Endpoint

Kind = Literal["missing", "stale", "duplicated", "not at Xero", "wrongly marked as gone"]
Record = Mapping[str, Any]

_MILLISECONDS = re.compile(r"/Date\((-?\d+)")
_EPOCH = dt.datetime(1970, 1, 1)  # UTC without saying so, as in the warehouse
BY_NAME: Mapping[str, Endpoint] = {endpoint.name: endpoint for endpoint in ENDPOINTS}

SEEN_BY_FULL_ONLY: Mapping[str, frozenset[str]] = {
    "contacts": frozenset({"balances", "is_customer", "is_supplier"}),
}
"""Endpoint -> columns that Xero changes without saying so and that only a full sync reads again."""

SEEN_BY_THE_NEXT_NIGHT: Mapping[str, frozenset[str]] = {
    "invoices": frozenset({"due_date", "expected_payment_date", "sent_to_contact"}),
}
"""Columns of part-paid invoices that change in silence: what a walk read before it broke off is as
old as that until the nightly sync after the one that went on with it. Of wholly settled ones only a
full sync reads them again."""

COPIES = frozenset(
    {"account", "bank_account", "contact", "from_bank_account", "invoice", "to_bank_account"}
)
"""Nested records that repeat what another record says: they change with that one, in silence. Only
their ids are the document's own."""


@dataclass(frozen=True)
class Difference:
    """One record that the warehouse has otherwise than Xero."""

    kind: Kind
    endpoint: str
    id: str
    fields: str = ""

    def __str__(self) -> str:
        return f"{self.endpoint} {self.id}: {self.kind} {self.fields}".strip()


def differences(
    connection: duckdb.DuckDBPyConnection,
    books: Collection[Book],
    endpoints: Collection[str],
    *,
    announced_only: bool,
    gone_on_with: Collection[str] = (),
) -> dict[str, list[Difference]]:
    """Tenant id -> what differs in these endpoints; empty lists are left out.

    Args:
        announced_only: leave out what only a full sync can know.
        gone_on_with: tenant ids of those whose last sync went on with a walk that had broken off:
            of these leave out whatever changes in silence.
    """
    found: dict[str, list[Difference]] = {}
    for name in endpoints:
        held = _held(connection, name)
        for book in books:
            rows = held.get(book.tenant_id, [])
            is_older = book.tenant_id in gone_on_with
            announced = announced_only or is_older
            left_out = _left_out(name, announced, is_older)
            settled = _left_out(name, announced, announced)
            if compared := list(_compare(BY_NAME[name], book, rows, left_out, settled)):
                found.setdefault(book.tenant_id, []).extend(compared)
    return found


def _held(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, list[dict[str, Any]]]:
    cursor = connection.execute(f"select * exclude (_sync_id, _row_hash) from raw.{name}")
    columns = [column for column, *_ in cursor.description or ()]
    by_tenant: dict[str, list[dict[str, Any]]] = {}
    for values in cursor.fetchall():
        row = dict(zip(columns, values, strict=True))
        by_tenant.setdefault(str(row["organisation_id"]), []).append(row)
    return by_tenant


def _left_out(name: str, announced_only: bool, is_older: bool) -> frozenset[str]:
    columns = SEEN_BY_FULL_ONLY.get(name, frozenset()) | COPIES if announced_only else frozenset()
    return columns | SEEN_BY_THE_NEXT_NIGHT.get(name, frozenset()) if is_older else columns


def _compare(
    endpoint: Endpoint,
    book: Book,
    held: Sequence[dict[str, Any]],
    left_out: frozenset[str],
    left_out_of_settled: frozenset[str],
) -> Iterator[Difference]:
    listed = complete_listings(book, list_keys=[endpoint.list_key], with_records=True)
    truth = {id: each.record or {} for id, each in listed[endpoint.list_key].items()}
    id_column = snake_case(endpoint.id_field)
    times = Counter(str(row[id_column]) for row in held)
    for id, number in times.items():
        if number > 1:
            yield Difference("duplicated", endpoint.name, id, f"{number} rows")
    for id in truth.keys() - times.keys():
        yield Difference("missing", endpoint.name, id)
    for row in held:
        id = str(row[id_column])
        if id not in truth:
            if row["_removed_at"] is None:
                yield Difference("not at Xero", endpoint.name, id)
        elif row["_removed_at"] is not None:
            yield Difference("wrongly marked as gone", endpoint.name, id)
        else:
            is_settled = endpoint.name == "invoices" and row["status"] == "PAID"
            columns = left_out_of_settled if is_settled else left_out
            stale = list(_stale(row, truth[id], columns))
            if stale:
                yield Difference("stale", endpoint.name, id, "; ".join(stale))


def _stale(row: Mapping[str, Any], record: Record, left_out: frozenset[str]) -> Iterator[str]:
    """What differs; of a nested record that is left out, its ids are compared all the same."""
    at_xero = _in_snake_case(record)
    for column, held in row.items():
        if column.startswith("_") or column == "organisation_id" or column in left_out - COPIES:
            continue
        said = at_xero.get(column)
        if not same(_own({column: held}, left_out), _own({column: said}, left_out)):
            yield f"{column} is {held!r}, at Xero {said!r}"


def _in_snake_case(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return [_in_snake_case(each) for each in value]
    if isinstance(value, Mapping):
        return {_column(key): _in_snake_case(each) for key, each in value.items()}
    return value


_column = cache(snake_case)


def _own(value: Any, left_out: frozenset[str]) -> Any:  # noqa: ANN401
    """Without what is copied from other records, if that is left out."""
    if isinstance(value, list):
        return [_own(each, left_out) for each in value]
    if isinstance(value, dict):
        return {
            key: _ids(each) if key in left_out & COPIES else _own(each, left_out)
            for key, each in value.items()
        }
    return value


def _ids(value: Any) -> Any:  # noqa: ANN401
    if not isinstance(value, dict):
        return value
    return {key: each for key, each in value.items() if key.endswith("_id")}


def same(held: Any, said: Any) -> bool:  # noqa: ANN401, PLR0911
    """Whether a value of the warehouse is what Xero's JSON says; absent and NULL are the same."""
    match held:
        case None:
            return said is None or _instant(said) == _EPOCH
        case bool() | int() | str():
            return bool(held == said)
        case Decimal():
            return bool(held == Decimal(str(said)))
        case UUID():
            return bool(str(held) == said)
        case dt.datetime():
            return bool(held == _instant(said))
        case dt.date():
            instant = _instant(said)
            return bool(instant and held == instant.date())
        case list():
            return len(held) == len(said or ()) and all(map(same, held, said or ()))
        case dict():
            return all(same(value, (said or {}).get(name)) for name, value in held.items())
    raise TypeError(f"no rule for {held!r}")


def _instant(said: Any) -> dt.datetime | None:  # noqa: ANN401
    found = _MILLISECONDS.match(said) if isinstance(said, str) else None
    return _EPOCH + dt.timedelta(milliseconds=int(found[1])) if found else None
