"""What a row was before: the history of a SELECT, in one of two ways.

`versions`, as dbt's snapshots keep it (type 2): a version holds from `valid_from` until `valid_to`;
NULL is the current one. It ends when the row changes or is no longer selected, and a row that comes
back begins a new version. The instant is the organisation's last sync: a change is dated by the day
on which it was read.

`append`, for what was said on a day and must stay as it was said: rows whose key is not there yet
are added, and nothing that is there is ever changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb

from xero_pipeline.warehouse.connection import transaction
from xero_pipeline.warehouse.models.docs import ModelConfig
from xero_pipeline.warehouse.models.parsing import INSTANTS
from xero_pipeline.warehouse.wire_types import quoted

_SPAN = {"valid_from": "timestamp", "valid_to": "timestamp"}


def prepare_history(
    connection: duckdb.DuckDBPyConnection, history: str, config: ModelConfig
) -> None:
    """Create the table of a snapshot whose .yml declares its columns.

    Its SELECT may then read what was recorded so far, also the first time.
    """
    if config.column_types:
        _create_or_widen(connection, history, dict(config.column_types))


def record_history(
    connection: duckdb.DuckDBPyConnection,
    history: str,
    selected: str,
    config: ModelConfig,
    organisations: str,
) -> None:
    """Bring the history table up to what is selected now.

    Args:
        history: the history table, with its catalogue.
        selected: a table with the rows as they are now; its columns are the history's.
        config: the columns that identify a row, and the strategy.
        organisations: the ids whose rows are at hand, as SQL has them in `in (...)`: constants or
            a SELECT; others are left alone.
    """
    if config.strategy == "append":
        _append(connection, history, selected, config.unique_key)
    else:
        _record_versions(connection, history, selected, config.unique_key, organisations)


def _append(
    connection: duckdb.DuckDBPyConnection, history: str, selected: str, unique_key: Sequence[str]
) -> None:
    _create_or_widen(connection, history, _columns(connection, selected))
    connection.execute(
        f"""
        insert into {history} by name
        from {selected} as now_
        where not exists (from {history} as was where {_all_equal(unique_key)})
        """
    )


def _record_versions(
    connection: duckdb.DuckDBPyConnection,
    history: str,
    selected: str,
    unique_key: Sequence[str],
    organisations: str,
) -> None:
    columns = _columns(connection, selected)
    _create_or_widen(connection, history, columns | _SPAN)
    with transaction(connection):
        connection.execute(
            f"""
            update {history} as was
            set valid_to = organisations.synced_at
            from {INSTANTS} as organisations
            where organisations.organisation_id = was.organisation_id
                and was.organisation_id in ({organisations})
                and was.valid_to is null
                and not exists (from {selected} as now_ where {_all_equal(columns)})
            """
        )
        # Built again from the same sync: the version never held and is written anew.
        connection.execute(f"delete from {history} where valid_to <= valid_from")
        connection.execute(
            f"""
            insert into {history} by name
            select now_.*, organisations.synced_at as valid_from
            from {selected} as now_
            join {INSTANTS} as organisations using (organisation_id)
            where not exists (
                from {history} as was where was.valid_to is null and {_all_equal(unique_key)}
            )
            """
        )


def _all_equal(columns: Iterable[str]) -> str:
    """A row now and one that was have the same in all these columns."""
    return " and ".join(
        f"now_.{quoted(column)} is not distinct from was.{quoted(column)}" for column in columns
    )


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    rows = connection.execute(f"describe {relation}").fetchall()
    return {name: type_ for name, type_, *_ in rows}


def _create_or_widen(
    connection: duckdb.DuckDBPyConnection, history: str, columns: dict[str, str]
) -> None:
    """Columns that the SELECT gained are added; those it lost stay, NULL from now on."""
    declared = ", ".join(f"{quoted(name)} {type_}" for name, type_ in columns.items())
    connection.execute(f"create table if not exists {history} ({declared})")
    present = _columns(connection, history)
    for name, type_ in columns.items():
        if name not in present:
            connection.execute(f"alter table {history} add column {quoted(name)} {type_}")
        elif present[name] != type_:
            connection.execute(
                f"alter table {history} alter column {quoted(name)} set data type {type_}"
            )
