"""One sync of an organisation at a time, over all who share the state: threads, processes, and
machines when it lies in Postgres.

Two at once would pay twice for the same pages. Whoever comes second waits; if meanwhile another
sync began and did all that was asked for, nothing is left to do. The lock of a process that dies
is free.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from xero_pipeline.connections.locks import FileLocks, Held, Locks
from xero_pipeline.sync.depth import Depth

logger = logging.getLogger(__name__)

_WAIT_SECONDS = 3600.0


class Attempt(BaseModel):
    """A sync as others see it. Instants are this machine's, UTC.

    Attributes:
        process: its id.
        only: the endpoints it was confined to; None: all.
        ended_at: when all it asked for was loaded; None: it has not come so far.
    """

    model_config = ConfigDict(frozen=True)

    process: int
    depth: Depth
    only: tuple[str, ...] | None
    began_at: AwareDatetime
    ended_at: AwareDatetime | None = None

    def covers(self, depth: Depth, only: Collection[str] | None) -> bool:
        """Whether it asks for everything that such a sync would."""
        has_all = self.only is None or (only is not None and set(only) <= set(self.only))
        return has_all and self.depth.covers(depth)


def still_needed(
    depth: Depth,
    only: Collection[str] | None,
    requested_at: datetime,
    ended: Iterable[Attempt],
) -> Depth | None:
    """How deep a sync that had to wait still has to go; None: another did all of it.

    Only a sync that began after the request has seen everything that was there at the request.
    Of one that was under way a full listing counts: what changed since then an increment finds.
    """
    meanwhile = [each for each in ended if each.ended_at and each.ended_at > requested_at]
    for each in meanwhile:
        if each.began_at > requested_at and each.covers(depth, only):
            return None
    if depth is Depth.FULL and any(each.covers(depth, only) for each in meanwhile):
        return Depth.NIGHTLY
    return depth


class _Record(BaseModel):
    """What syncs leave for each other: `<organisation>.json` beside the lock.

    Losing it costs a few calls and nothing else.

    Attributes:
        last: the last sync of each depth to end.
        refused: endpoint -> the name of the error, from the last sync that asked for it.
    """

    under_way: Attempt | None = None
    last: Mapping[Depth, Attempt] = {}
    refused: Mapping[str, str] = {}


@dataclass
class Turn:
    """The right to sync one organisation; leaving the `with` block passes it on."""

    _lock: Held
    _file: Path
    _record: _Record

    @property
    def refused(self) -> Mapping[str, str]:
        """Endpoint -> the name of the error that the last sync that asked for it got."""
        return self._record.refused

    @property
    def ended(self) -> Collection[Attempt]:
        return self._record.last.values()

    def begin(self, depth: Depth, only: Collection[str] | None) -> None:
        """Tell those who wait what is going on."""
        now = datetime.now(UTC)
        attempt = Attempt(
            process=os.getpid(),
            depth=depth,
            only=None if only is None else tuple(sorted(only)),
            began_at=now,
        )
        self._write(self._record.model_copy(update={"under_way": attempt}))

    def complete(self, refused: Mapping[str, str]) -> None:
        """All that `begin` named is loaded.

        Args:
            refused: endpoint -> the name of the error, of those that were asked in vain.
        """
        attempt = self._record.under_way
        if attempt is None:
            raise ValueError("a sync that has not begun cannot be complete")
        ended = attempt.model_copy(update={"ended_at": datetime.now(UTC)})
        kept = {} if attempt.covers(Depth.NIGHTLY, None) else self._record.refused
        self._write(
            _Record(last={**self._record.last, attempt.depth: ended}, refused={**kept, **refused})
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def release(self) -> None:
        self._lock.release()

    def _write(self, record: _Record) -> None:
        self._record = record
        draft = self._file.with_suffix(".draft")
        draft.write_text(record.model_dump_json())
        draft.replace(self._file)


@dataclass(frozen=True)
class Turns:
    """The turns of all organisations of one home.

    Attributes:
        folder: holds a record for each.
        locks: hold a lock for each.
    """

    folder: Path
    locks: Locks

    @classmethod
    def of_this_machine(cls, folder: Path) -> Turns:
        """With files in the same folder for locks."""
        return cls(folder, FileLocks(folder))

    def take(self, organisation_id: str, organisation_name: str) -> Turn:
        """Wait for the turn, and say for whom."""
        turn = self.try_to_take(organisation_id)
        if turn is not None:
            return turn
        logger.info("%s: %s", organisation_name, self.who_is_first(organisation_id))
        while turn is None:
            turn = self._take(organisation_id, _WAIT_SECONDS)
        return turn

    def try_to_take(self, organisation_id: str) -> Turn | None:
        """None: another sync has it."""
        return self._take(organisation_id, 0)

    def who_is_first(self, organisation_id: str) -> str:
        """For a person who wonders why nothing happens."""
        attempt = _read(self._file(organisation_id)).under_way
        if attempt is None:
            return "waiting for another sync of it"
        return (
            f"waiting for the {attempt.depth.value} sync of process {attempt.process}, "
            f"which began at {attempt.began_at:%H:%M:%S} UTC"
        )

    def _take(self, organisation_id: str, seconds: float) -> Turn | None:
        lock = self.locks.take(f"sync-{organisation_id}", seconds)
        if lock is None:
            return None
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self._file(organisation_id)
        return Turn(lock, file, _read(file))

    def _file(self, organisation_id: str) -> Path:
        return self.folder / f"sync-{organisation_id}.json"


def _read(file: Path) -> _Record:
    try:
        return _Record.model_validate_json(file.read_bytes())
    except (FileNotFoundError, ValidationError):
        return _Record()
