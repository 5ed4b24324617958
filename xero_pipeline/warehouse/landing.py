"""The landing zone: Xero's answers byte for byte, the archive everything else is rebuilt from.

    landing/<endpoint>/<organisation_id>/<sync_id>/00001.json.zst
                                                   batch.json

A batch is one walk over one endpoint of one organisation. Its manifest, `batch.json`, is written
last: a folder without one is what a killed sync left behind, and the next sync of that endpoint
removes it. Files appear whole or not at all (temporary name, fsync, rename).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import os
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

import zstandard
from filelock import FileLock, Timeout
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from xero_pipeline.warehouse.errors import LandingFailed, PageUnreadable

_MANIFEST = "batch.json"
# Of the levels around it the smallest on invoices, and a third faster than the default, 3.
_COMPRESSION_LEVEL = 2
_RUN_AGAIN = "Run the sync again."


class LandedPage(BaseModel):
    """One file of a batch.

    Attributes:
        file: its name in the batch's folder.
        sha256: of the file as it lies on the disk.
        bytes: length of the page as Xero sent it, decompressed.
    """

    model_config = ConfigDict(frozen=True)

    file: str
    sha256: str
    bytes: int


class QuietWalk(BaseModel):
    """A walk that brought nothing new, so that it leaves no batch of its own.

    Attributes:
        endpoint: the name in the catalogue.
        modified_since: the filter it was asked with; None: everything was listed.
        next_cursor: the filter for the next increment; None leaves it as it is.
        same_as: the sync whose complete listing this one repeated byte for byte; None: an
            increment without a record.
        calls, wire_bytes, body_bytes: what it cost.
    """

    model_config = ConfigDict(frozen=True)

    endpoint: str
    modified_since: AwareDatetime | None = None
    next_cursor: AwareDatetime | None = None
    same_as: str | None = None
    calls: int = 0
    wire_bytes: int = 0
    body_bytes: int = 0


class Manifest(BaseModel):
    """What is known about a batch; `batch.json`.

    Attributes:
        organisation_id: Xero's tenant id.
        endpoint: the name in the catalogue.
        sync_id: the batch's folder; sorts by time.
        started_at: Xero's clock before the first page, UTC.
        finished_at: Xero's clock after the last page, UTC, where the caller knows it.
        modified_since: the filter the pages were asked for with; None: everything.
        complete_listing: the pages hold every record there is, so that a missing one is gone.
        next_cursor: the filter for the next increment; None leaves it as it is.
        as_of_date: the day a report was asked for; None for everything else.
        pages: the files, in the order in which they were received.
        calls: requests it took, those included that had to be repeated.
        wire_bytes: bytes received, compressed as sent (what Xero charges for).
        body_bytes: the same decompressed.
        content_sha256: of a complete listing's records as Xero sent them, without the envelope
            around them, which differs in every answer; None for everything else.
        quiet: the walks of the same sync that brought nothing new; in the manifest of
            `organisation`, which every sync lands, and nowhere else.
    """

    model_config = ConfigDict(frozen=True)

    organisation_id: UUID
    endpoint: str
    sync_id: str
    started_at: AwareDatetime
    finished_at: AwareDatetime | None = None
    modified_since: AwareDatetime | None = None
    complete_listing: bool = False
    next_cursor: AwareDatetime | None = None
    as_of_date: dt.date | None = None
    pages: tuple[LandedPage, ...] = ()
    calls: int = 0
    wire_bytes: int = 0
    body_bytes: int = 0
    content_sha256: str | None = None
    quiet: tuple[QuietWalk, ...] = ()


@dataclass(frozen=True)
class Batch:
    """A complete batch on the disk."""

    folder: Path
    manifest: Manifest

    @property
    def files(self) -> list[Path]:
        return [self.folder / page.file for page in self.manifest.pages]

    def verify(self) -> None:
        """Compare the files with the manifest.

        Raises:
            PageUnreadable: a file is gone or is not the one that was landed.
        """
        for page, file in zip(self.manifest.pages, self.files, strict=True):
            if not file.exists():
                raise self.unreadable(file, "the file is gone")
            if hashlib.sha256(file.read_bytes()).hexdigest() != page.sha256:
                raise self.unreadable(file, "the file has changed since it was landed")

    def unreadable(self, file: Path, reason: str) -> PageUnreadable:
        manifest = self.manifest
        return PageUnreadable(str(manifest.organisation_id), manifest.endpoint, file, reason)


@dataclass
class BatchWriter:
    """Writes one batch; leaving the `with` block without `finish` removes what was written."""

    folder: Path
    manifest: Manifest
    _lock: FileLock
    _pages: list[LandedPage] = field(default_factory=list)
    _finished: bool = False

    def write(self, body: bytes) -> None:
        """Land one page exactly as Xero sent it (decompressed).

        Raises:
            LandingFailed: the disk is full or cannot be written to, or the page is empty.
        """
        if not body or body.isspace():
            # DuckDB would read it as a page without records.
            raise LandingFailed(
                str(self.manifest.organisation_id),
                self.manifest.endpoint,
                "Xero answered with an empty page",
                _RUN_AGAIN,
            )
        name = f"{len(self._pages) + 1:05d}.json.zst"
        compressed = zstandard.ZstdCompressor(level=_COMPRESSION_LEVEL).compress(body)
        with self._landing_errors():
            _write_whole(self.folder / name, compressed)
        digest = hashlib.sha256(compressed).hexdigest()
        self._pages.append(LandedPage(file=name, sha256=digest, bytes=len(body)))

    def finish(
        self,
        *,
        calls: int,
        wire_bytes: int,
        next_cursor: dt.datetime | None = None,
        finished_at: dt.datetime | None = None,
    ) -> Batch:
        """Write the manifest: from here on the batch exists.

        Args:
            calls: requests it took, repeated ones included.
            wire_bytes: bytes received, compressed as sent.
            next_cursor: where the next increment starts, UTC.
            finished_at: Xero's clock after the last page, UTC.

        Raises:
            LandingFailed: the disk is full or cannot be written to.
            ValueError: a complete listing without a page; it would declare every record gone.
        """
        if self.manifest.complete_listing and not self._pages:
            raise ValueError("a complete listing has at least one page, even when it is empty")
        manifest = self.manifest.model_copy(
            update={
                "pages": tuple(self._pages),
                "calls": calls,
                "wire_bytes": wire_bytes,
                "body_bytes": sum(page.bytes for page in self._pages),
                "next_cursor": next_cursor,
                "finished_at": finished_at,
            }
        )
        with self._landing_errors():
            _write_whole(self.folder / _MANIFEST, manifest.model_dump_json(indent=2).encode())
            _sync_folder(self.folder)
        self._finished = True
        return Batch(self.folder, manifest)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._finished:
            shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.release()

    @contextlib.contextmanager
    def _landing_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            organisation_id = str(self.manifest.organisation_id)
            raise _landing_failed(
                organisation_id, self.manifest.endpoint, self.folder, error
            ) from error


@dataclass(frozen=True)
class Landing:
    """All batches below one folder."""

    root: Path

    def begin(
        self,
        *,
        organisation_id: str | UUID,
        endpoint: str,
        started_at: dt.datetime,
        modified_since: dt.datetime | None = None,
        complete_listing: bool = False,
        as_of_date: dt.date | None = None,
    ) -> BatchWriter:
        """Start a batch; what a killed sync of this endpoint left behind is removed.

        Args:
            organisation_id: Xero's tenant id.
            endpoint: the name in the catalogue.
            started_at: Xero's clock before the first page, UTC.
            modified_since: the filter the pages are asked for with.
            complete_listing: the pages will hold every record there is.
            as_of_date: for reports, the day asked for.

        Raises:
            LandingFailed: the disk cannot be written to, or the same endpoint of the same
                organisation is being landed by another sync.
        """
        folder = self.root / endpoint / str(organisation_id)
        try:
            lock = _claim(folder)
        except Timeout as error:
            raise LandingFailed(
                str(organisation_id),
                endpoint,
                "another sync is landing it at this moment",
                "Wait until that one has ended.",
            ) from error
        except OSError as error:
            raise _landing_failed(str(organisation_id), endpoint, folder, error) from error
        try:
            _remove_leftovers(folder)
            batch_folder = _new_batch_folder(folder, started_at)
        except OSError as error:
            lock.release()
            raise _landing_failed(str(organisation_id), endpoint, folder, error) from error
        manifest = Manifest(
            organisation_id=UUID(str(organisation_id)),
            endpoint=endpoint,
            sync_id=batch_folder.name,
            started_at=started_at,
            modified_since=modified_since,
            complete_listing=complete_listing,
            as_of_date=as_of_date,
        )
        return BatchWriter(batch_folder, manifest, lock)

    def all(self) -> list[Batch]:
        """Every complete batch, oldest first.

        Raises:
            PageUnreadable: a manifest is damaged.
        """
        batches = [_read_batch(manifest) for manifest in self.root.glob(f"*/*/*/{_MANIFEST}")]
        return sorted(batches, key=lambda batch: batch.manifest.sync_id)

    def unloaded(
        self,
        loaded: Collection[tuple[UUID, str, str]],
        organisation_id: str | UUID | None = None,
    ) -> list[Batch]:
        """Complete batches that are not in the warehouse yet, oldest first.

        Args:
            loaded: (organisation id, endpoint, sync id) of those that are; see
                `load.loaded_batches`. Their manifests are not opened.
            organisation_id: look at this organisation only; None: at all.
        """
        known = {(str(organisation), endpoint, sync) for organisation, endpoint, sync in loaded}
        batches = [
            _read_batch(manifest)
            for manifest in self.root.glob(f"*/{organisation_id or '*'}/*/{_MANIFEST}")
            if _identity(manifest) not in known
        ]
        return sorted(batches, key=lambda batch: batch.manifest.sync_id)


def _identity(manifest: Path) -> tuple[str, str, str]:
    sync, organisation, endpoint = (manifest.parents[level].name for level in range(3))
    return organisation, endpoint, sync


def _read_batch(manifest: Path) -> Batch:
    try:
        read = Manifest.model_validate_json(manifest.read_bytes())
    except ValidationError as error:
        organisation, endpoint, _ = _identity(manifest)
        raise PageUnreadable(organisation, endpoint, manifest, "the manifest is damaged") from error
    return Batch(manifest.parent, read)


def _claim(folder: Path) -> FileLock:
    """Make the folder and hold it: two syncs at once would take each other's pages away."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock", timeout=0)
    lock.acquire()
    return lock


def _remove_leftovers(folder: Path) -> None:
    for batch_folder in folder.iterdir():
        if batch_folder.is_dir() and not (batch_folder / _MANIFEST).exists():
            shutil.rmtree(batch_folder)


def _new_batch_folder(folder: Path, started_at: dt.datetime) -> Path:
    """Named by Xero's clock; syncs that began within one of its seconds are numbered."""
    utc = started_at.astimezone(dt.UTC)
    for number in count():
        batch_folder = folder / f"{utc:%Y%m%dT%H%M%S}Z-{number:03d}"
        with contextlib.suppress(FileExistsError):
            batch_folder.mkdir()
            return batch_folder
    raise AssertionError("count() never ends")


def _write_whole(path: Path, content: bytes) -> None:
    """The file is there with all its content, or it is not there, even if the power fails."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _sync_folder(folder: Path) -> None:
    """Make the renames in it survive a power failure, before a cursor relies on them."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _landing_failed(
    organisation_id: str, endpoint: str, folder: Path, error: OSError
) -> LandingFailed:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        reason, next_step = (
            f"the disk that holds {folder} is full",
            f"Free some space. {_RUN_AGAIN}",
        )
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        reason, next_step = f"{folder} may not be written to", f"Check permissions. {_RUN_AGAIN}"
    else:
        reason, next_step = str(error), _RUN_AGAIN
    return LandingFailed(organisation_id, endpoint, reason, next_step)
