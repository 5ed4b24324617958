"""A batch on the disk: its pages, its manifest, and whether they are what was landed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import zstandard
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from xero_pipeline.warehouse.errors import PageUnreadable

MANIFEST = "batch.json"

Identity = tuple[UUID, str, str]
"""(organisation id, endpoint, sync id): one batch among all."""


class LandedPage(BaseModel):
    """One file of a batch.

    Attributes:
        file: its name in the batch's folder: `.json.zst`, or `.json` out of an archive.
        sha256: of the file as it lies on the disk.
        bytes: length of the page as Xero sent it, decompressed.
        contact_id: whom a report by contact is about, which it does not say by itself; None for
            everything else.
        parent, document_id: what was listed document by document hangs on this one of this
            endpoint, which it does not say either; None for everything else.
    """

    model_config = ConfigDict(frozen=True)

    file: str
    sha256: str
    bytes: int
    contact_id: UUID | None = None
    parent: str | None = None
    document_id: UUID | None = None


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
    def identity(self) -> Identity:
        manifest = self.manifest
        return manifest.organisation_id, manifest.endpoint, manifest.sync_id

    @property
    def files(self) -> list[Path]:
        return [self.folder / page.file for page in self.manifest.pages]

    @property
    def pages(self) -> dict[Path, LandedPage]:
        """File -> what is known of it."""
        return dict(zip(self.files, self.manifest.pages, strict=True))

    def verify(self) -> None:
        """Compare the files with the manifest.

        Raises:
            PageUnreadable: a file is gone or is not the one that was landed.
        """
        for damaged in self.damaged_files():
            raise damaged

    def damaged_files(self) -> Iterator[PageUnreadable]:
        """Every file that `verify` would raise, not only the first."""
        for page, file in zip(self.manifest.pages, self.files, strict=True):
            if not file.exists():
                yield self.unreadable(file, "the file is gone")
            elif hashlib.sha256(file.read_bytes()).hexdigest() != page.sha256:
                yield self.unreadable(file, "the file has changed since it was landed")

    def unreadable(self, file: Path, reason: str) -> PageUnreadable:
        manifest = self.manifest
        return PageUnreadable(str(manifest.organisation_id), manifest.endpoint, file, reason)


def read_batch(folder: Path) -> Batch:
    """The batch in a folder that has a manifest.

    Args:
        folder: `<endpoint>/<organisation_id>/<sync_id>` below the landing zone.

    Raises:
        PageUnreadable: the manifest is damaged.
    """
    file = folder / MANIFEST
    try:
        return Batch(folder, Manifest.model_validate_json(file.read_bytes()))
    except ValidationError as error:
        organisation, endpoint = (folder.parents[level].name for level in range(2))
        raise PageUnreadable(organisation, endpoint, file, "the manifest is damaged") from error


def read_page(file: Path) -> bytes:
    """A landed page as Xero sent it.

    Raises:
        zstandard.ZstdError: the file is damaged.
    """
    content = file.read_bytes()
    return zstandard.decompress(content) if file.suffix == ".zst" else content
