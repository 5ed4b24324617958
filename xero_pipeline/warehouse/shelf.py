"""Where things lie in the landing zone.

    <endpoint>/<organisation_id>/<sync_id>/00001.json.zst   a page
                                           batch.json       the manifest, written last
                                           walk.jsonl       how far an unfinished walk has come
    <endpoint>/<organisation_id>/<first>_<last>_<count>.tar.zst   older batches, archived
    .unloaded/<organisation_id>/<endpoint>.<sync_id>        marks a batch that is not loaded yet

A mark stands from before a batch's first page until its rows are committed, so that what is
unfinished and what waits for loading are found without looking through the archive.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Self

from xero_pipeline.warehouse.batches import MANIFEST
from xero_pipeline.warehouse.durable import HeldFolder, make_folder

UNLOADED = ".unloaded"
_ARCHIVE = ".tar.zst"


@dataclass(frozen=True)
class Shelf:
    """The place of one endpoint's batches of one organisation."""

    root: Path
    endpoint: str
    organisation_id: str

    @property
    def folder(self) -> Path:
        return self.root / self.endpoint / self.organisation_id

    def mark(self, sync_id: str) -> Path:
        return self.root / UNLOADED / self.organisation_id / f"{self.endpoint}.{sync_id}"

    def marked(self) -> list[str]:
        """Sync ids of what is unfinished or not loaded, oldest first."""
        marks = marks_of(self.root, self.organisation_id)
        return [mark.sync_id for mark in marks if mark.endpoint == self.endpoint]

    def is_complete(self, sync_id: str) -> bool:
        return (self.folder / sync_id / MANIFEST).exists()

    def complete(self) -> list[str]:
        """Sync ids of all batches outside archives, oldest first."""
        return sorted(manifest.parent.name for manifest in self.folder.glob(f"*/{MANIFEST}"))

    def archives(self) -> list[Archive]:
        """Oldest first."""
        found = (Archive.at(path) for path in self.folder.glob(f"*{_ARCHIVE}"))
        return sorted(found, key=lambda archive: archive.last)

    def open_folder(self, started_at: dt.datetime) -> HeldFolder:
        """A new batch's folder, marked and held.

        Named by Xero's clock; walks that began within one of its seconds are numbered.
        """
        make_folder(self.folder)
        utc = started_at.astimezone(dt.UTC)
        for number in count():
            folder = self.folder / f"{utc:%Y%m%dT%H%M%S}Z-{number:03d}"
            with contextlib.suppress(FileExistsError):
                folder.mkdir()
                break
        held = HeldFolder.hold(folder)
        if held is None:
            raise OSError(f"{folder} is held by another process as soon as it is made")
        mark = self.mark(folder.name)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
        return held


@dataclass(frozen=True)
class Archive:
    """A file of many batches.

    Attributes:
        first, last: sync ids of its oldest and newest batch.
        count: how many there are.
    """

    path: Path
    first: str
    last: str
    count: int

    @classmethod
    def named(cls, folder: Path, first: str, last: str, count: int) -> Self:
        return cls(folder / f"{first}_{last}_{count}{_ARCHIVE}", first, last, count)

    @classmethod
    def at(cls, path: Path) -> Self:
        first, last, count = path.name.removesuffix(_ARCHIVE).split("_")
        return cls(path, first, last, int(count))


@dataclass(frozen=True)
class Mark:
    """A batch that is unfinished or not loaded."""

    organisation_id: str
    endpoint: str
    sync_id: str


def marks_of(root: Path, organisation_id: str) -> list[Mark]:
    """One organisation's marks, oldest first."""
    try:
        names = [each.name for each in (root / UNLOADED / organisation_id).iterdir()]
    except FileNotFoundError:
        return []
    split = (name.partition(".") for name in names)
    marks = [Mark(organisation_id, endpoint, sync_id) for endpoint, _, sync_id in split]
    return sorted(marks, key=lambda mark: mark.sync_id)


def marked_organisations(root: Path) -> list[str]:
    """Ids of organisations that ever had a mark."""
    try:
        return sorted(each.name for each in (root / UNLOADED).iterdir())
    except FileNotFoundError:
        return []
