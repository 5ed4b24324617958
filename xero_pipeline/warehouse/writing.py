"""Land one batch: pages as they come, the manifest last."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

import zstandard

from xero_pipeline.warehouse.batches import (
    MANIFEST,
    Batch,
    LandedPage,
    Manifest,
    QuietWalk,
    read_page,
)
from xero_pipeline.warehouse.durable import HeldFolder, flush, write_at_once, write_whole
from xero_pipeline.warehouse.errors import LandingFailed
from xero_pipeline.warehouse.reading import raw_table
from xero_pipeline.warehouse.records import records_sha256
from xero_pipeline.warehouse.shelf import Shelf
from xero_pipeline.warehouse.walk_log import LoggedPage, Question, WalkLog

# A quarter less work than the level above, for 2 % more bytes; the levels below 0 give up half of
# what compression saves.
_COMPRESSION_LEVEL = 1
_RUN_AGAIN = "Run the sync again."


@dataclass
class BatchWriter:
    """Writes one batch. Nothing is on the disk before the first page.

    Leaving the `with` block without `finish` removes what was written; a resumable walk's pages
    stay, and the next sync of the endpoint goes on after them.

    Attributes:
        started_at: Xero's clock before the first page, UTC. Of a walk that goes on, its first
            start: the next increment has to begin there.
    """

    shelf: Shelf
    started_at: dt.datetime
    question: Question
    complete_listing: bool
    as_of_date: dt.date | None
    resumable: bool
    _held: HeldFolder | None = None
    _log: WalkLog | None = None
    _earlier_pages: int = 0
    _pages: list[LoggedPage] = field(default_factory=list)
    _compressor: zstandard.ZstdCompressor = field(
        default_factory=lambda: zstandard.ZstdCompressor(level=_COMPRESSION_LEVEL)
    )

    @property
    def pages_landed(self) -> int:
        """Whole pages on the disk: the walk goes on with the page after them."""
        return len(self._pages)

    def go_on(self, held: HeldFolder, log: WalkLog) -> None:
        """Take over what an unfinished walk that asked the same has landed."""
        self._held, self._log = held, log
        self.started_at = log.started_at
        self._pages = list(log.pages)
        self._earlier_pages = len(self._pages)

    def write(
        self,
        body: bytes,
        *,
        calls: int = 1,
        wire_bytes: int = 0,
        contact_id: UUID | None = None,
        parent: str | None = None,
        document_id: UUID | None = None,
    ) -> None:
        """Land one page exactly as Xero sent it (decompressed).

        Args:
            body: the page.
            calls: requests it took.
            wire_bytes: bytes received, compressed as sent. With `calls` only for the case that
                this walk is killed: a finished one is told its totals.
            contact_id: whom a report by contact is about.
            parent, document_id: endpoint and id of what a list by document hangs on.

        Raises:
            LandingFailed: the disk is full or cannot be written to, or the page is empty.
        """
        if not body or body.isspace():
            # DuckDB would read it as a page without records.
            raise self._failed("Xero answered with an empty page", _RUN_AGAIN)
        name = f"{len(self._pages) + 1:05d}.json.zst"
        compressed = self._compressor.compress(body)
        page = LoggedPage(
            file=name,
            sha256=hashlib.sha256(compressed).hexdigest(),
            bytes=len(body),
            calls=calls,
            wire_bytes=wire_bytes,
            contact_id=contact_id,
            parent=parent,
            document_id=document_id,
        )
        with self._landing_errors():
            write_at_once(self._folder() / name, compressed)
            if self._log:
                self._log.add(page)
        self._pages.append(page)

    def finish(
        self,
        *,
        calls: int,
        wire_bytes: int,
        next_cursor: dt.datetime | None = None,
        finished_at: dt.datetime | None = None,
        quiet: Sequence[QuietWalk] = (),
    ) -> Batch:
        """Write the manifest: from here on the batch exists.

        Args:
            calls: requests it took, repeated ones included; of a walk that went on, those since.
            wire_bytes: bytes received, compressed as sent; likewise.
            next_cursor: where the next increment starts, UTC.
            finished_at: Xero's clock after the last page, UTC.
            quiet: for the organisation itself, the walks of its sync that brought nothing new.

        Raises:
            LandingFailed: the disk is full or cannot be written to.
            ValueError: a complete listing without a page; it would declare every record gone.
        """
        if self.complete_listing and not self._pages:
            raise ValueError("a complete listing has at least one page, even when it is empty")
        with self._landing_errors():
            folder = self._folder()
            earlier = self._pages[: self._earlier_pages]
            manifest = Manifest(
                organisation_id=UUID(self.shelf.organisation_id),
                endpoint=self.shelf.endpoint,
                sync_id=folder.name,
                started_at=self.started_at,
                finished_at=finished_at,
                modified_since=self.question.modified_since,
                complete_listing=self.complete_listing,
                next_cursor=next_cursor,
                as_of_date=self.as_of_date,
                pages=tuple(LandedPage(**page.model_dump(include=_PAGE)) for page in self._pages),
                calls=calls + sum(page.calls for page in earlier),
                wire_bytes=wire_bytes + sum(page.wire_bytes for page in earlier),
                body_bytes=sum(page.bytes for page in self._pages),
                content_sha256=self._content_sha256(folder),
                quiet=tuple(quiet),
            )
            self._write_manifest(folder, manifest)
        self._let_go()
        return Batch(folder, manifest)

    def discard(self) -> None:
        """Remove what was landed: the walk brought nothing that has to be kept."""
        if self._held:
            shutil.rmtree(self._held.path, ignore_errors=True)
            self.shelf.mark(self._held.path.name).unlink(missing_ok=True)
            self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.resumable and self._pages:
            self._let_go()
        else:
            self.discard()

    def _folder(self) -> Path:
        """The batch's folder, made for the first page."""
        if self._held is None:
            self._held = self.shelf.open_folder(self.started_at)
            if self.resumable:
                self._log = WalkLog(self._held.path, self.started_at, self.question)
                self._log.write()
        return self._held.path

    def _write_manifest(self, folder: Path, manifest: Manifest) -> None:
        """First every page survives a power failure, then the manifest that names them appears."""
        for page in manifest.pages:
            flush(folder / page.file)
        flush(folder)
        write_whole(folder / MANIFEST, manifest.model_dump_json(exclude_defaults=True).encode())
        flush(folder)
        # Before rows and a cursor rely on the batch, its folder's own name must be safe as well.
        flush(folder.parent)
        if self._log:
            self._log.remove()

    def _content_sha256(self, folder: Path) -> str | None:
        if not self.complete_listing:
            return None
        list_key = raw_table(self.shelf.endpoint).list_key
        bodies = (read_page(folder / page.file) for page in self._pages)
        return records_sha256(list_key, bodies)

    def _let_go(self) -> None:
        if self._held:
            self._held.let_go()
        self._held = None

    def _failed(self, reason: str, next_step: str) -> LandingFailed:
        return LandingFailed(self.shelf.organisation_id, self.shelf.endpoint, reason, next_step)

    @contextlib.contextmanager
    def _landing_errors(self) -> Iterator[None]:
        with landing_errors(self.shelf):
            yield


_PAGE = set(LandedPage.model_fields)


@contextlib.contextmanager
def landing_errors(shelf: Shelf) -> Iterator[None]:
    """What the operating system refuses, in plain words.

    Raises:
        LandingFailed: instead of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise _landing_failed(shelf, error) from error


def _landing_failed(shelf: Shelf, error: OSError) -> LandingFailed:
    folder = shelf.folder
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        reason, next_step = (
            f"the disk that holds {folder} is full",
            f"Free some space. {_RUN_AGAIN}",
        )
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        reason, next_step = f"{folder} may not be written to", f"Check permissions. {_RUN_AGAIN}"
    else:
        reason, next_step = str(error), _RUN_AGAIN
    return LandingFailed(shelf.organisation_id, shelf.endpoint, reason, next_step)
