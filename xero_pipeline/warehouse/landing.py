"""The landing zone: Xero's answers byte for byte, the archive everything else is rebuilt from.

A batch is one walk over one endpoint of one organisation (`shelf.py` says where it lies). Its
manifest is written last: pages without one are what a killed sync left behind. The next sync of
that endpoint goes on after them where that is safe, and removes them otherwise.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from xero_pipeline.warehouse.batches import (
    MANIFEST,
    Batch,
    LandedPage,
    Manifest,
    QuietWalk,
    read_batch,
)
from xero_pipeline.warehouse.durable import HeldFolder, make_folder
from xero_pipeline.warehouse.errors import LandingBusy, LandingFailed
from xero_pipeline.warehouse.shelf import Shelf, marked_organisations, marks_of
from xero_pipeline.warehouse.walk_log import Question, resumed
from xero_pipeline.warehouse.writing import BatchWriter, landing_errors

__all__ = ["Batch", "BatchWriter", "LandedPage", "Landing", "Manifest", "QuietWalk"]

_WORKSPACE = ".workspace"


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
        resumable: bool = False,
        page_size: int | None = None,
        params: Mapping[str, str] | None = None,
    ) -> BatchWriter:
        """Start a batch; what a killed sync of this endpoint left behind is gone on with, if both
        are resumable and ask the same, or removed.

        Args:
            organisation_id: Xero's tenant id.
            endpoint: the name in the catalogue.
            started_at: Xero's clock before the first page, UTC.
            modified_since: the filter the pages are asked for with.
            complete_listing: the pages will hold every record there is.
            as_of_date: for reports, the day asked for.
            resumable: the walk is in the order of an immutable id and records only join its set
                (see `walk_log`): should it be broken off, another may go on after its last page.
            page_size: records a page.
            params: whatever else decides what is listed and in which order.

        Returns:
            The writer; its `pages_landed` says after which page to go on.

        Raises:
            LandingFailed: the disk cannot be written to, or the same endpoint of the same
                organisation is being landed by another sync.
            ValueError: a complete listing cannot be resumable: records vanish from it.
        """
        if complete_listing and resumable:
            raise ValueError("records vanish from a complete listing: it is walked in one go")
        writer = BatchWriter(
            shelf=Shelf(self.root, endpoint, str(organisation_id)),
            started_at=started_at,
            question=Question(
                modified_since=modified_since, page_size=page_size, params=params or {}
            ),
            complete_listing=complete_listing,
            as_of_date=as_of_date,
            resumable=resumable,
        )
        with landing_errors(writer.shelf):
            _take_over_leftovers(writer)
        return writer

    def all(self) -> list[Batch]:
        """Every complete batch, oldest first. Walks the whole archive.

        Raises:
            PageUnreadable: a manifest is damaged.
        """
        manifests = self.root.glob(f"[!.]*/*/*/{MANIFEST}")
        return _oldest_first(read_batch(manifest.parent) for manifest in manifests)

    def unloaded(self, organisation_ids: Iterable[str | UUID] | None = None) -> list[Batch]:
        """Complete batches that are not known to be loaded, oldest first.

        Costs what is unloaded, however large the archive has become. After a crash a batch that
        is loaded may still be among them; `load` passes it over.

        Args:
            organisation_ids: look at these organisations only; None: at all.

        Raises:
            PageUnreadable: a manifest is damaged.
        """
        chosen = marked_organisations(self.root) if organisation_ids is None else organisation_ids
        return _oldest_first(
            read_batch(shelf.folder / mark.sync_id)
            for organisation_id in chosen
            for mark in marks_of(self.root, str(organisation_id))
            if (shelf := Shelf(self.root, mark.endpoint, mark.organisation_id)).is_complete(
                mark.sync_id
            )
        )

    def mark_loaded(self, batches: Iterable[Batch]) -> None:
        """Note that these batches' rows are committed."""
        for batch in batches:
            organisation_id, endpoint, sync_id = batch.identity
            Shelf(self.root, endpoint, str(organisation_id)).mark(sync_id).unlink(missing_ok=True)

    def shelves(self) -> list[Shelf]:
        """Every place that has batches, by endpoint. Looks at names only."""
        folders = sorted(self.root.glob("[!.]*/*/"))
        return [Shelf(self.root, folder.parent.name, folder.name) for folder in folders]

    @contextlib.contextmanager
    def to_itself(self) -> Iterator[Path]:
        """Keep others from going through the whole archive, or changing it, meanwhile.

        Syncs may go on. Gives an empty folder to work in.

        Raises:
            LandingBusy: somebody else is doing so.
        """
        workspace = self.root / _WORKSPACE
        make_folder(workspace)
        held = HeldFolder.hold(workspace)
        if held is None:
            raise LandingBusy(self.root)
        try:
            _clear(workspace)  # a killed one may have left something
            yield workspace
        finally:
            _clear(workspace)
            held.let_go()


def _clear(folder: Path) -> None:
    for each in folder.iterdir():
        shutil.rmtree(each)


def _oldest_first(batches: Iterable[Batch]) -> list[Batch]:
    return sorted(batches, key=lambda batch: batch.manifest.sync_id)


def _take_over_leftovers(writer: BatchWriter) -> None:
    """Go on with a walk that was broken off, or clear it away."""
    shelf = writer.shelf
    for sync_id in shelf.marked():
        if not shelf.is_complete(sync_id):
            _take_over(writer, sync_id)


def _take_over(writer: BatchWriter, sync_id: str) -> None:
    shelf = writer.shelf
    folder = shelf.folder / sync_id
    held = HeldFolder.hold(folder) if folder.exists() else None
    if held is None and folder.exists():
        raise LandingFailed(
            shelf.organisation_id,
            shelf.endpoint,
            "another sync is landing it at this moment",
            "Wait until that one has ended.",
        )
    may_go_on = writer.resumable and not writer.pages_landed
    log = resumed(folder, writer.question) if held and may_go_on else None
    if held and log:
        writer.go_on(held, log)
        return
    shutil.rmtree(folder, ignore_errors=True)
    shelf.mark(sync_id).unlink(missing_ok=True)
    if held:
        held.let_go()
