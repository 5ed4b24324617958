"""One collection's rows in the orders that listings ask for, each worked out once."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any

from xero_pipeline.sandbox.api import where
from xero_pipeline.sandbox.api.catalogue import Resource
from xero_pipeline.sandbox.api.where import QueryError
from xero_pipeline.sandbox.contract import Row

_BEFORE_ALL = dt.datetime.min.replace(tzinfo=dt.UTC)
_ORDERS_KEPT = 4


class Collection:
    """Rows that stay as they are.

    Attributes:
        resource: what they are rows of.
        rows: all of them.
    """

    def __init__(self, resource: Resource, rows: Sequence[Row]) -> None:
        self.resource = resource
        self.rows = rows
        self._orders: dict[str, Sequence[Row]] = {}

    def changed_since(self, instant: dt.datetime) -> Sequence[Row]:
        """Rows changed at that instant or later; all of them where Xero knows no such filter."""
        if self.resource.modified_field is None:
            return self.rows
        instants, rows = self._by_change
        return rows[bisect_left(instants, instant) :]

    def in_order(self, order: str) -> Sequence[Row]:
        """All rows, as `ordered` has them.

        Raises:
            QueryError: the order cannot be read.
        """
        if order not in self._orders:
            if len(self._orders) == _ORDERS_KEPT:
                self._orders.clear()
            self._orders[order] = ordered(self.resource, self.rows, order)
        return self._orders[order]

    @cached_property
    def _by_change(self) -> tuple[list[dt.datetime], list[Row]]:
        name = self.resource.modified_field or ""
        found = [(_instant(row, name), row) for row in self.rows]
        found.sort(key=itemgetter(0))
        return [instant for instant, _ in found], [row for _, row in found]


class Collections:
    """The collections of all books. Rows that a book hands out again are the same collection."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Collection] = {}

    def of(self, tenant: str, resource: Resource, rows: Sequence[Row]) -> Collection:
        key = (tenant, resource.path)
        kept = self._kept.get(key)
        if kept is None or kept.rows is not rows:
            kept = self._kept[key] = Collection(resource, rows)
        return kept


def ordered(resource: Resource, rows: Sequence[Row], order: str) -> Sequence[Row]:
    """Sorted as asked, else by UpdatedDateUTC; equal ones by id, absent values first.

    Raises:
        QueryError: the order cannot be read.
    """
    if not order and not resource.stable_order:
        return rows
    field, descending = parse_order(order or "UpdatedDateUTC")
    by_id = sorted(rows, key=itemgetter(resource.id_field))
    if field == resource.id_field:
        return by_id[::-1] if descending else by_id
    absent = [row for row in by_id if where.field_value(row, field) is None]
    found = [row for row in by_id if where.field_value(row, field) is not None]
    found.sort(key=lambda row: _sort_key(field, row), reverse=descending)
    return found + absent if descending else absent + found


def parse_order(order: str) -> tuple[str, bool]:
    """The field, and whether it descends.

    Raises:
        QueryError: neither.
    """
    field, _, direction = order.strip().partition(" ")
    direction = direction.strip().upper()
    if not field.replace(".", "").isidentifier() or direction not in ("", "ASC", "DESC"):
        raise QueryError(f"Unable to order by: {order}")
    return field, direction == "DESC"


def _sort_key(field: str, row: Row) -> Any:  # noqa: ANN401 - values of one field compare
    return where.comparable(where.field_value(row, field))


def _instant(row: Row, name: str) -> dt.datetime:
    value = row.get(name)
    return value if isinstance(value, dt.datetime) else _BEFORE_ALL
