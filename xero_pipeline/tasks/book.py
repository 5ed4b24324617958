"""Client tasks as they were last published, and what answers can choose from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from xero_pipeline.tasks.errors import UnknownBooks, UnknownTask
from xero_pipeline.tasks.model import (
    Books,
    ChartAccount,
    KnownContact,
    Task,
    TaskEvent,
    TaskFilter,
    TaskLine,
    TaskVersion,
    TrackingOption,
)
from xero_pipeline.warehouse import read_published

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    _Record = TypeVar("_Record", bound=DataclassInstance)

_OF_CONNECTION = ("organisation_name", "organisation_key", "workspace")
_MOST_SHOWN = 5


class TaskBook:
    """Reads one published snapshot; whoever holds it sees nothing of later ones.

    Args:
        connection: of the published warehouse, see `open_book`.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    # --- tasks ------------------------------------------------------------------------------------

    def tasks(
        self,
        wanted: TaskFilter | None = None,
        limit: int | None = None,
        ids: Collection[str] | None = None,
    ) -> list[Task]:
        """Tasks by date, the newest first; their state is the published one.

        Args:
            limit: how many at most; None: all.
            ids: these alone; None: any.
        """
        where, values = _conditions(wanted or TaskFilter(), ids)
        newest_first = "tasks.document_date desc nulls last, tasks.task_id"
        few = "" if limit is None else f"limit {limit:d}"
        return self._read(Task, f"{_TASKS} {where} order by {newest_first} {few}", values)

    def counts(self, wanted: TaskFilter) -> dict[str, int]:
        """How many tasks there are in each published state."""
        where, values = _conditions(wanted)
        return dict(
            self._answer(f"select state, count(*) from {_FROM} {where} group by state", values)[1]
        )

    def task(self, wanted: str) -> Task:
        """The task with this id, or whose id alone begins so.

        Raises:
            UnknownTask: it names those that begin so when there are several.
        """
        begins = "where starts_with(tasks.task_id::varchar, ?) order by tasks.task_id limit ?"
        found = self._read(Task, f"{_TASKS} {begins}", [wanted.lower(), _MOST_SHOWN])
        if len(found) != 1 or not wanted:
            raise UnknownTask(wanted, [each.task_id for each in found])
        return found[0]

    def lines(self, task: Task) -> list[TaskLine]:
        """Its document's lines on watched accounts, in order."""
        return self._read(
            TaskLine,
            f"select {_columns(TaskLine)} from marts.client_task_lines "
            "where organisation_id = ? and task_id = ? order by line_number",
            [task.organisation_id, task.task_id],
        )

    def versions(self, task: Task) -> list[TaskVersion]:
        """What its document said when, in order."""
        return self._read(TaskVersion, _VERSIONS, [task.organisation_id, task.task_id])

    def hashes(self, task: Task) -> dict[int, str]:
        """Version -> hash of what the document said then."""
        rows = self._connection.execute(
            "select version, arg_max(contents_hash, sequence) from marts.client_task_events "
            "where organisation_id = ? and task_id = ? "
            "and (event = 'created' or len(changed_fields) > 0) group by version",
            [task.organisation_id, task.task_id],
        )
        return dict(rows.fetchall())

    def organisation_id(self, wanted: str) -> str:
        """The id of the organisation with this key, name or id.

        Raises:
            UnknownBooks
        """
        rows = self._rows(_ORGANISATIONS, [])
        for row in rows:
            if wanted.casefold() in (str(value).casefold() for value in row.values()):
                return str(row["organisation_id"])
        raise UnknownBooks(wanted, [str(row["organisation_name"]) for row in rows])

    def events(self, since: int = 0, organisation_id: str | None = None) -> list[TaskEvent]:
        """Events with a higher number, in order, one organisation after the other.

        Args:
            organisation_id: None: of all, each with numbers of its own.
        """
        return self._events(
            "sequence > ? and (?::uuid is null or organisation_id = ?::uuid)",
            [since, organisation_id, organisation_id],
        )

    def events_of(self, task: Task) -> list[TaskEvent]:
        """What happened to one task, in order."""
        of_task = [task.organisation_id, task.task_id]
        return self._events("organisation_id = ? and task_id = ?", of_task)

    def attached(self, task: Task) -> list[str]:
        """Names of the files that are attached to its document in Xero, as last read."""
        rows = self._connection.execute(
            "select file_name from marts.client_task_attachments "
            "where organisation_id = ? and task_id = ? and not is_removed order by file_name",
            [task.organisation_id, task.task_id],
        )
        return [name for (name,) in rows.fetchall()]

    def newest_decision(self) -> int:
        """Number of the newest decision that the published tasks know of; 0: of none."""
        row = self._connection.execute(
            "select coalesce(max(decision_id), 0) from ops.task_decisions"
        ).fetchone()
        return int(row[0]) if row else 0

    # --- what answers choose from -----------------------------------------------------------------

    def books(self, organisation_id: str) -> Books:
        """Chart of accounts, contacts and tracking options of an organisation."""
        of = [organisation_id]
        return Books(
            accounts=tuple(self._read(ChartAccount, _ACCOUNTS, of)),
            contacts=tuple(self._read(KnownContact, _CONTACTS, of)),
            tracking=tuple(self._read(TrackingOption, _TRACKING, of)),
        )

    # --- rows -------------------------------------------------------------------------------------

    def _read(self, record: type[_Record], sql: str, values: Sequence[object]) -> list[_Record]:
        """Rows as records; the SELECT names its columns as the record does."""
        names, rows = self._answer(sql, values)
        return [record(**dict(zip(names, map(_plain, row), strict=True))) for row in rows]

    def _events(self, which: str, values: Sequence[object]) -> list[TaskEvent]:
        rows = self._rows(
            f"select * from marts.client_task_events where {which} "
            "order by organisation_id, sequence",
            values,
        )
        return [
            TaskEvent(str(row["organisation_id"]), int(row["sequence"]), str(row["event_id"]), row)
            for row in rows
        ]

    def _rows(self, sql: str, values: Sequence[object]) -> list[Mapping[str, Any]]:
        names, rows = self._answer(sql, values)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _answer(
        self, sql: str, values: Sequence[object]
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Names of columns, and rows."""
        answer = self._connection.execute(sql, values)
        return [column[0] for column in answer.description], answer.fetchall()


@contextmanager
def open_book(published_database: Path) -> Iterator[TaskBook]:
    """The tasks of the newest snapshot.

    Raises:
        NothingPublished: there is none yet.
    """
    with read_published(published_database) as connection:
        yield TaskBook(connection)


def _columns(record: type[DataclassInstance]) -> str:
    """The columns of a SELECT for records; ids as text."""
    names = (field.name for field in fields(record))
    return ", ".join(f"{name}::varchar as {name}" if _is_id(name) else name for name in names)


def _is_id(name: str) -> bool:
    return name.endswith("_id")


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _conditions(wanted: TaskFilter, ids: Collection[str] | None = None) -> tuple[str, list[object]]:
    meant: dict[str, object] = {
        "connections.workspace = ?": wanted.workspace,
        "tasks.organisation_id = ?": wanted.organisation_id,
        "tasks.state = ?": wanted.state,
        "list_contains(tasks.matched_account_codes, ?)": wanted.account,
        "list_contains(?::uuid[], tasks.task_id)": None if ids is None else list(ids),
    }
    given = {condition: value for condition, value in meant.items() if value is not None}
    where = " and ".join(given)
    return f"where {where}" if where else "", list(given.values())


def _task_columns() -> str:
    return ", ".join(
        f"{'connections' if field.name in _OF_CONNECTION else 'tasks'}.{field.name}"
        f"{'::varchar' if _is_id(field.name) else ''} as {field.name}"
        for field in fields(Task)
    )


_FROM = """
    marts.client_tasks as tasks
    join ops.connections as connections
        on connections.organisation_id = tasks.organisation_id
"""
_TASKS = f"select {_task_columns()} from {_FROM}"

_ORGANISATIONS = """
    select organisation_id, organisation_key, organisation_name
    from ops.connections
    order by organisation_name, organisation_id
"""

_VERSIONS = """
    select
        history.version,
        history.valid_from,
        history.valid_to,
        history.document_state,
        history.changed_fields,
        history.document_date,
        history.total,
        history.currency_code,
        history.reference,
        contacts.name as contact_name
    from marts.client_task_history as history
    left join staging.contacts as contacts
        on contacts.organisation_id = history.organisation_id
        and contacts.contact_id = history.contact_id
    where history.organisation_id = ? and history.task_id = ?
    order by history.step
"""

_ACCOUNTS = """
    select
        accounts.account_id::varchar as account_id,
        accounts.code,
        accounts.name,
        accounts.type as account_type,
        case when accounts.is_removed then 'DELETED' else accounts.status end as status,
        accounts.system_account,
        watched.account_id is not null as is_watched
    from staging.accounts as accounts
    left join ops.monitored_accounts as watched
        on watched.organisation_id = accounts.organisation_id
        and watched.account_id = accounts.account_id
    where accounts.organisation_id = ?
    order by accounts.code nulls last, accounts.name
"""

_CONTACTS = """
    select contact_id::varchar as contact_id, name, contact_status as status
    from staging.contacts
    where organisation_id = ? and not is_removed
    order by name, contact_id
"""

_TRACKING = """
    select
        tracking_category_id::varchar as category_id,
        category_name as category,
        tracking_option_id::varchar as option_id,
        option_name as option,
        category_status = 'ACTIVE' and option_status = 'ACTIVE' as is_active
    from staging.tracking_options
    where organisation_id = ? and not is_removed
    order by category_name, option_name, tracking_option_id
"""
