"""Many rows as one statement's parameters: a list per column instead of a statement per row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence


def unnested(columns: Mapping[str, str]) -> str:
    """The select list that turns the parameters of `lists_of` into rows.

    Args:
        columns: name -> DuckDB type.
    """
    return ", ".join(f"unnest(${name}::{type_}[]) as {name}" for name, type_ in columns.items())


def lists_of(rows: Sequence[object], names: Collection[str]) -> dict[str, list[object]]:
    """Name -> that attribute of every row. Aware instants become UTC, as the warehouse has them."""
    return {name: [_stored(getattr(row, name)) for row in rows] for name in names}


def _stored(value: object) -> object:
    if isinstance(value, dt.datetime) and value.tzinfo:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    return value
