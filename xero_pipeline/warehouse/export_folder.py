"""The folder of an export: there whole or not at all, and nobody else's.

An export is written beside its folder and renamed into its place, so that readers see the earlier
one until the new one is complete. What stands in a folder may be replaced only if an export wrote
all of it.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from xero_pipeline.warehouse.durable import HeldFolder, flush
from xero_pipeline.warehouse.errors import ExportFailed, ExportRefused

MANIFEST = "manifest.json"


class ExportedOrganisation(BaseModel):
    """An organisation whose rows are in the export.

    Attributes:
        as_of_date: the organisation-local calendar day that its figures stand for.
    """

    model_config = ConfigDict(frozen=True)

    organisation_id: str
    name: str
    base_currency: str
    as_of_date: str


class ExportedColumn(BaseModel):
    """A column, with the words of its .yml.

    Attributes:
        type: as the published snapshot has it, in DuckDB's words.
        description: definition, unit, currency, what NULL means.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    type: str
    description: str


class ExportedFile(BaseModel):
    """A file, by its path in the folder."""

    model_config = ConfigDict(frozen=True)

    path: str
    bytes: int
    sha256: str

    @classmethod
    def at(cls, path: Path, folder: Path) -> ExportedFile:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(path=str(path.relative_to(folder)), bytes=path.stat().st_size, sha256=digest)


class ExportedTable(BaseModel):
    """A table and the files that hold it; no file when it is parted and has no row."""

    model_config = ConfigDict(frozen=True)

    name: str
    description: str
    rows: int
    files: tuple[ExportedFile, ...]
    columns: tuple[ExportedColumn, ...]


class ExportManifest(BaseModel):
    """`manifest.json`: what an export holds.

    Attributes:
        snapshot: id of the published snapshot that everything was read from.
        published_at: the instant it was published (UTC).
        as_of: the day that functions of a day were asked for; None without them.
    """

    model_config = ConfigDict(frozen=True)

    snapshot: str
    published_at: str
    as_of: str | None
    organisations: tuple[ExportedOrganisation, ...]
    tables: tuple[ExportedTable, ...]

    @property
    def paths(self) -> set[str]:
        """Every file of the export, the manifest among them."""
        return {MANIFEST, *(file.path for table in self.tables for file in table.files)}


@contextlib.contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """An empty folder to write to, which takes the place of `folder` when the block is left.

    Args:
        folder: absent, empty, or holding an earlier export and nothing besides.

    Raises:
        ExportRefused: it holds something else, or another export to it is running.
        ExportFailed: the disk cannot be written to; `folder` is as it was.
    """
    try:
        _refuse_what_is_not_ours(folder)
        with _draft_of(folder) as draft:
            yield draft
            for each in (*draft.rglob("*"), draft):
                flush(each)
            _swap(draft, folder)
    except OSError as error:
        raise ExportFailed(folder, error.strerror or str(error)) from error


def _refuse_what_is_not_ours(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ExportRefused(f"{folder} is a file. Name a folder to export to.")
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}
    if strangers := sorted(found - _earlier(folder)):
        others = f" and {len(strangers) - 1:,} more" if len(strangers) > 1 else ""
        raise ExportRefused(
            f"{folder} holds {strangers[0]}{others}, which no export wrote, and exporting replaces "
            f"the whole folder. Name another one, or move that away."
        )


def _earlier(folder: Path) -> set[str]:
    """The files of an earlier export."""
    try:
        return ExportManifest.model_validate_json((folder / MANIFEST).read_bytes()).paths
    except (FileNotFoundError, ValidationError):
        return set()


@contextlib.contextmanager
def _draft_of(folder: Path) -> Iterator[Path]:
    """A folder beside it, of this process alone; one that a killed export left is emptied."""
    draft = folder.with_name(f".{folder.name}.partial")
    draft.mkdir(parents=True, exist_ok=True)
    held = HeldFolder.hold(draft)
    if held is None:
        raise ExportRefused(f"Another export to {folder} is running. Wait until it has ended.")
    try:
        for each in draft.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        held.let_go()


def _swap(draft: Path, folder: Path) -> None:
    """A folder with something in it cannot be renamed over: the earlier one steps aside."""
    aside = folder.with_name(f".{folder.name}.earlier")
    shutil.rmtree(aside, ignore_errors=True)
    if folder.exists():
        folder.rename(aside)
    try:
        draft.rename(folder)
    except OSError:
        if aside.exists():
            aside.rename(folder)
        raise
    flush(folder.parent)
    shutil.rmtree(aside, ignore_errors=True)
