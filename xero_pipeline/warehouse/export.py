"""The published marts as files for other tools: Parquet (zstd, DECIMAL kept) or CSV.

Everything is read from one published snapshot, so that tables agree with each other whatever the
pipeline does meanwhile. The same snapshot gives the same files, byte for byte.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import duckdb

from xero_pipeline.warehouse.connection import open_warehouse
from xero_pipeline.warehouse.errors import ExportFailed, ExportRefused, NothingPublished
from xero_pipeline.warehouse.export_folder import (
    MANIFEST,
    ExportedColumn,
    ExportedFile,
    ExportedOrganisation,
    ExportedTable,
    ExportManifest,
    replacing,
)
from xero_pipeline.warehouse.models.docs import Docs
from xero_pipeline.warehouse.wire_types import quoted

Format = Literal["parquet", "csv"]

_OPTIONS = {"parquet": "format parquet, compression zstd", "csv": "format csv, header"}
_AS_OF = "as_of"
_OWNER = "organisation_id"


@dataclass(frozen=True)
class ExportRequest:
    """What to export.

    Attributes:
        tables: marts or functions in marts, with or without the schema; empty: all marts, and
            with `as_of` the functions of a day besides.
        organisations: names or ids; empty: all.
        as_of: the day for functions of a day (ar_aging_as_of); an organisation that was not read
            up to it gives its own latest day.
        by_organisation: a file per organisation, in folders `organisation_id=...`.
    """

    tables: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    as_of: dt.date | None = None
    by_organisation: bool = False
    format: Format = "parquet"


@dataclass(frozen=True)
class _Source:
    """A table or a call of a function in marts, and its columns with their types."""

    name: str
    sql: str
    columns: dict[str, str]

    @property
    def has_owner(self) -> bool:
        return _OWNER in self.columns


def export(published: Path, docs: Docs, folder: Path, request: ExportRequest) -> ExportManifest:
    """Write marts into a folder, which then holds this export and nothing besides.

    Args:
        published: `current/warehouse.duckdb` in the pipeline's home.
        docs: what the columns mean.
        folder: absent, empty, or holding an earlier export.

    Returns:
        What `manifest.json` says.

    Raises:
        NothingPublished: there is no snapshot yet.
        ExportRefused: there is no such table or organisation, or the folder holds something else.
        ExportFailed: the disk cannot be written to; the folder is as it was.
    """
    if not published.exists():
        raise NothingPublished(published)
    snapshot = published.resolve()  # another may be published meanwhile
    folder = folder.absolute()
    with replacing(folder) as draft:
        try:
            with open_warehouse(snapshot, read_only=True, deadline_seconds=5) as connection:
                connection.execute(f"set temp_directory = '{_escaped(draft / '.spill')}'")
                manifest = _Writing(connection, docs, draft, request).everything(snapshot)
        except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise ExportFailed(folder, str(error).splitlines()[0]) from error
        shutil.rmtree(draft / ".spill", ignore_errors=True)
        (draft / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return manifest


# --- what is exported ----------------------------------------------------------------------------


def _sources(connection: duckdb.DuckDBPyConnection, request: ExportRequest) -> list[_Source]:
    tables = _names(
        connection,
        "select table_name, null from duckdb_tables() where schema_name = 'marts'",
    )
    functions = _names(
        connection,
        "select function_name, parameters from duckdb_functions() "
        "where schema_name = 'marts' and function_type = 'table_macro'",
    )
    wanted = [each.removeprefix("marts.") for each in request.tables]
    _refuse_unknown("table in marts", wanted, [*tables, *functions])
    if not wanted:
        of_a_day = [name for name, parameters in functions.items() if parameters == [_AS_OF]]
        wanted = [*tables, *(of_a_day if request.as_of else ())]
    calls = {name: f"marts.{name}" for name in tables} | {
        name: f"marts.{name}({_argument(name, parameters, request.as_of)})"
        for name, parameters in functions.items()
        if name in wanted
    }
    return [_source(connection, name, calls[name]) for name in sorted(set(wanted))]


def _names(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, list[str] | None]:
    return dict(sorted(connection.execute(sql).fetchall()))


def _argument(name: str, parameters: list[str] | None, as_of: dt.date | None) -> str:
    if not parameters:
        return ""
    if parameters != [_AS_OF]:
        raise ExportRefused(f"marts.{name} takes {', '.join(parameters)}: it cannot be exported.")
    if as_of is None:
        raise ExportRefused(f"marts.{name} is of a day: say which with --as-of YYYY-MM-DD.")
    return f"date '{as_of.isoformat()}'"


def _source(connection: duckdb.DuckDBPyConnection, name: str, call: str) -> _Source:
    described = connection.execute(f"describe from {call}").fetchall()
    return _Source(name, call, {column: type_ for column, type_, *_ in described})


def _organisations(
    connection: duckdb.DuckDBPyConnection, wanted: Sequence[str]
) -> list[ExportedOrganisation]:
    rows = connection.execute(
        "select organisation_id::varchar, name, base_currency, as_of_date::varchar "
        "from staging.organisations order by name, organisation_id"
    ).fetchall()
    known = [
        ExportedOrganisation(organisation_id=id_, name=name, base_currency=base, as_of_date=as_of)
        for id_, name, base, as_of in rows
    ]
    if not wanted:
        return known
    words = {word.casefold() for word in wanted}
    _refuse_unknown(
        "organisation",
        [word.casefold() for word in wanted],
        [word for each in known for word in (each.name.casefold(), each.organisation_id)],
    )
    return [each for each in known if {each.name.casefold(), each.organisation_id} & words]


def _refuse_unknown(what: str, wanted: Iterable[str], known: Collection[str]) -> None:
    for name in wanted:
        if name not in known:
            near = get_close_matches(name, known, n=3, cutoff=0.5)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"There are {_list(known)}."
            raise ExportRefused(f"There is no {what} called {name!r}. {hint}")


def _list(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _published_at(snapshot: str) -> str:
    """A snapshot's folder is named by the instant at which it was made."""
    return dt.datetime.strptime(snapshot, "%Y%m%dT%H%M%S%fZ").replace(tzinfo=dt.UTC).isoformat()


# --- writing -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Writing:
    """One export on its way into its draft."""

    connection: duckdb.DuckDBPyConnection
    docs: Docs
    draft: Path
    request: ExportRequest

    def everything(self, snapshot: Path) -> ExportManifest:
        organisations = _organisations(self.connection, self.request.organisations)
        owners = [each.organisation_id for each in organisations]
        sources = _sources(self.connection, self.request)
        return ExportManifest(
            snapshot=snapshot.parent.name,
            published_at=_published_at(snapshot.parent.name),
            as_of=self.request.as_of.isoformat() if self.request.as_of else None,
            organisations=tuple(organisations),
            tables=tuple(self._table(source, owners) for source in sources),
        )

    def _table(self, source: _Source, owners: Sequence[str]) -> ExportedTable:
        doc = self.docs.of(f"marts.{source.name}")
        described = {column.name: column.description for column in doc.columns}
        rows, files = self._copy(source, owners if self.request.organisations else None)
        return ExportedTable(
            name=f"marts.{source.name}",
            description=doc.description,
            rows=rows,
            files=tuple(ExportedFile.at(file, self.draft) for file in files),
            columns=tuple(
                ExportedColumn(name=name, type=type_, description=described.get(name, ""))
                for name, type_ in source.columns.items()
            ),
        )

    def _copy(self, source: _Source, owners: Sequence[str] | None) -> tuple[int, list[Path]]:
        format_ = self.request.format
        is_parted = self.request.by_organisation and source.has_owner
        target = self.draft / (source.name if is_parted else f"{source.name}.{format_}")
        options = _OPTIONS[format_]
        if is_parted:
            target.mkdir()
            options += f", partition_by ({_OWNER}), write_partition_columns true"
        # In one order whatever the threads do: the same snapshot gives the same bytes.
        copied = self.connection.execute(
            f"copy (select {_columns(source, format_)} from {source.sql} "
            f"{_where(source, owners)} order by all) to '{_escaped(target)}' ({options})"
        ).fetchone()
        files = sorted(target.rglob(f"*.{format_}")) if is_parted else [target]
        return (copied[0] if copied else 0), files


def _columns(source: _Source, format_: Format) -> str:
    """CSV has no lists and no records: they become JSON in it."""
    if format_ == "parquet":
        return "*"
    return ", ".join(
        f"to_json({quoted(name)})::varchar as {quoted(name)}"
        if type_.endswith("]") or type_.startswith("STRUCT")
        else quoted(name)
        for name, type_ in source.columns.items()
    )


def _where(source: _Source, owners: Sequence[str] | None) -> str:
    if owners is None:
        return ""
    if not source.has_owner:
        raise ExportRefused(
            f"marts.{source.name} is of all organisations together: export it without "
            f"--organisation."
        )
    listed = ", ".join(f"'{owner}'" for owner in owners)
    return f"where {_OWNER} in ({listed})"


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")
