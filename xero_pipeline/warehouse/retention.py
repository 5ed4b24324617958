"""Which landed batches may go, and keeping the rest in few files.

A batch may go when it is older than is to be kept and a later one lists everything there is: the
rows can be rebuilt without it. What goes with it is what only it could tell: when a row was first
seen, rows that had vanished from Xero by then, and its line in `ops.syncs`. The history of models
(`snapshots.*`) does not come from pages and stays.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xero_pipeline.warehouse.archives import pack, unpack
from xero_pipeline.warehouse.batches import MANIFEST, Batch, Manifest, read_batch
from xero_pipeline.warehouse.errors import PageUnreadable
from xero_pipeline.warehouse.landing import Landing
from xero_pipeline.warehouse.shelf import Archive, Shelf
from xero_pipeline.xero.endpoints import CONTACT_REPORTS, ENDPOINTS, EXTRA_ENDPOINTS

# Larger batches are few, and their pages are read side by side as they are.
_SMALL_BATCH_BYTES = 1_000_000
# An archive grows up to this size, then the next one begins: so much is rewritten to add to it.
_FULL_ARCHIVE_BYTES = 16_000_000

_BY_OFFSET = frozenset(
    endpoint.name for endpoint in (*ENDPOINTS, *EXTRA_ENDPOINTS) if endpoint.offset_field
)
_BY_CONTACT = frozenset(report.name for report in CONTACT_REPORTS)


@dataclass(frozen=True)
class Keeping:
    """What is kept of the archive, and how.

    Attributes:
        keep_days: batches younger than this stay; None: all batches stay.
        archive_days: small batches older than this are put into archives; None: none are.
    """

    keep_days: int | None = None
    archive_days: int | None = 7


@dataclass(frozen=True)
class Measure:
    """How large the landing zone is: files, and the bytes in them."""

    files: int
    bytes: int


@dataclass(frozen=True)
class Tidied:
    """What tidying up did.

    Attributes:
        archived, deleted: batches.
        damaged: what was found damaged and left where it is.
    """

    archived: int
    deleted: int
    damaged: tuple[PageUnreadable, ...]
    before: Measure
    after: Measure


def lists_everything(manifest: Manifest) -> bool:
    """Whether this walk brought every record there was, so that no row needs an earlier one.

    A listing that was not believed moves no cursor, and journals are asked for from an offset on.
    """
    if manifest.endpoint == "organisation" or manifest.complete_listing:
        return True
    is_unfiltered = manifest.modified_since is None and manifest.next_cursor is not None
    return is_unfiltered and manifest.endpoint not in _BY_OFFSET


def newest_whole(manifests: Iterable[Manifest]) -> dict[dt.date | None, str]:
    """The newest walk that brought everything: as-of date -> sync id.

    Of a report every day is a row of its own; everything else stands under None. A batch with the
    same date and an older sync id is not needed. Reports by contact are about others each time.

    Args:
        manifests: of one organisation and endpoint, all loaded.
    """
    newest: dict[dt.date | None, str] = {}
    for manifest in manifests:
        day = manifest.as_of_date
        if manifest.endpoint in _BY_CONTACT:
            continue
        if day is not None or lists_everything(manifest):
            newest[day] = max(newest.get(day, ""), manifest.sync_id)
    return newest


def tidy(landing: Landing, keeping: Keeping, now: dt.datetime) -> Tidied:
    """Delete what need not be kept, and archive what is small and old.

    Batches that are not loaded are left alone. Killed anywhere, it leaves everything replayable,
    and the next one finishes it.

    Args:
        now: from which days are counted.

    Raises:
        LandingBusy: another process tidies up, or rebuilds.
    """
    with landing.to_itself() as workspace:
        before = _measured(landing.root)
        tidied = [_Tidying(shelf, keeping, now, workspace) for shelf in landing.shelves()]
        for each in tidied:
            each.run()
        return Tidied(
            archived=sum(each.archived for each in tidied),
            deleted=sum(each.deleted for each in tidied),
            damaged=tuple(error for each in tidied for error in each.damaged),
            before=before,
            after=_measured(landing.root),
        )


@dataclass
class _Tidying:
    """Tidying up one shelf."""

    shelf: Shelf
    keeping: Keeping
    now: dt.datetime
    workspace: Path
    archived: int = 0
    deleted: int = 0
    damaged: list[PageUnreadable] = field(default_factory=list)

    def run(self) -> None:
        waiting = self.shelf.marked()
        loose = [sync_id for sync_id in self.shelf.complete() if sync_id not in waiting]
        youngest = min(filter(None, (self.keeping.keep_days, self.keeping.archive_days)), default=0)
        if loose and self._is_older(loose[0], youngest or None):
            with tempfile.TemporaryDirectory(dir=self.workspace) as folder:
                self._tidy(loose, Path(folder))

    def _tidy(self, loose_ids: Sequence[str], folder: Path) -> None:
        growing, members = self._growing_archive(folder)
        archived = {batch.manifest.sync_id for batch in members}
        # A batch that is loose and archived is what a killed tidying left to delete.
        loose = [batch for each in loose_ids if each not in archived for batch in self._read(each)]
        unneeded = self._unneeded([*members, *loose])
        staying = [batch for batch in members if batch.manifest.sync_id not in unneeded]
        joining = [batch for batch in loose if self._joins(batch, unneeded)]
        if growing or len(joining) > 1:
            self._rewrite(growing, members, [*staying, *joining])
            archived |= {batch.manifest.sync_id for batch in joining}
            self.archived = len(joining)
        for sync_id in loose_ids:
            if sync_id in archived or sync_id in unneeded:
                _delete(self.shelf.folder / sync_id)
        self.deleted = len(unneeded)

    def _growing_archive(self, folder: Path) -> tuple[Archive | None, list[Batch]]:
        """The newest archive, if it is not full, and what is in it."""
        newest = next(reversed(self.shelf.archives()), None)
        if newest is None or newest.path.stat().st_size >= _FULL_ARCHIVE_BYTES:
            return None, []
        try:
            return newest, unpack(self.shelf, newest, folder)
        except PageUnreadable as error:
            self.damaged.append(error)
            return None, []

    def _read(self, sync_id: str) -> Iterator[Batch]:
        """The batch, if it is what was landed."""
        try:
            batch = read_batch(self.shelf.folder / sync_id)
            batch.verify()
        except PageUnreadable as error:
            self.damaged.append(error)
        else:
            yield batch

    def _unneeded(self, batches: Sequence[Batch]) -> set[str]:
        """Sync ids of what may go."""
        manifests = [batch.manifest for batch in batches]
        newest = newest_whole(manifests)
        return {
            manifest.sync_id
            for manifest in manifests
            if manifest.sync_id < newest.get(manifest.as_of_date, "")
            and self._is_older(manifest.sync_id, self.keeping.keep_days)
        }

    def _joins(self, batch: Batch, unneeded: Collection[str]) -> bool:
        """Whether it goes from a folder of its own into the archive."""
        manifest = batch.manifest
        return (
            manifest.sync_id not in unneeded
            and self._is_older(manifest.sync_id, self.keeping.archive_days)
            and manifest.body_bytes <= _SMALL_BATCH_BYTES
        )

    def _rewrite(
        self, growing: Archive | None, members: Sequence[Batch], batches: Sequence[Batch]
    ) -> None:
        """First the new archive is there, then the old one goes."""
        if batches == members:
            return
        written = pack(self.shelf, batches) if batches else None
        if growing and (written is None or written.path != growing.path):
            growing.path.unlink()

    def _is_older(self, sync_id: str, days: int | None) -> bool:
        if days is None:
            return False
        since = self.now.astimezone(dt.UTC) - dt.timedelta(days=days)
        return sync_id < f"{since:%Y%m%dT%H%M%SZ}"


def _delete(folder: Path) -> None:
    """The manifest goes first: without it there is no batch, wherever this is killed."""
    (folder / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _measured(root: Path) -> Measure:
    files = bytes_ = 0
    for folder, _, names in os.walk(root):
        files += len(names)
        bytes_ += sum((Path(folder) / name).stat().st_size for name in names)
    return Measure(files, bytes_)
