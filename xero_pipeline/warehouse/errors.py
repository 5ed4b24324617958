"""What can go wrong between a landed page and a published table.

    WarehouseError
    ├── WarehouseBusy       another program has the database file open
    ├── WarehouseUnreadable the database file cannot be opened at all
    ├── LandingFailed       pages could not be written to the disk
    ├── PageUnreadable      a landed page is not what the endpoint should answer
    ├── PagesDamaged        landed pages that a rebuild needs are damaged
    ├── LandingBusy         the archive is being rebuilt from, or tidied up
    ├── ModelsInvalid       dbt_like_sql/ contradicts itself; nothing was run
    ├── ModelFailed         DuckDB refused a model
    ├── PublishFailed       the snapshot could not be written
    ├── NothingPublished    there is no snapshot to read yet
    ├── ExportRefused       what was asked for cannot be exported, or not to there
    ├── ExportFailed        an export could not be written
    └── RecordNotFound      a record is not in the published snapshot or not in the archive

Every message says what happened and what to do next.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xero_pipeline.xero.errors import PortableError


class WarehouseError(PortableError):
    """Base of everything this room raises on purpose."""


class WarehouseBusy(WarehouseError):
    """Another program has the DuckDB file open, and one writer shuts out everybody else.

    Attributes:
        path: the database file.
        holder: the other program and its process id as DuckDB names them.
    """

    def __init__(self, path: Path, holder: str, waited_seconds: float) -> None:
        self.path = path
        self.holder = holder
        super().__init__(
            f"{path} is in use by {holder}; waited {waited_seconds:.0f} seconds for it. Close it "
            f"there (a notebook, a database viewer or another run) and run again. To look at the "
            f"figures open the published snapshot (current/warehouse.duckdb), not this file."
        )


class WarehouseUnreadable(WarehouseError):
    """The DuckDB file or its folder cannot be used."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(
            f"{path} cannot be opened: {reason}. Check that the folder may be written to. If the "
            f"file is damaged, `xero-pipeline rebuild` makes it anew from the landed pages."
        )


class LandingFailed(WarehouseError):
    """Pages of one organisation could not be written; what was landed before is untouched."""

    def __init__(self, organisation_id: str, endpoint: str, reason: str, next_step: str) -> None:
        self.organisation_id = organisation_id
        self.endpoint = endpoint
        super().__init__(
            f"{endpoint} of organisation {organisation_id} could not be landed: {reason}. "
            f"Nothing landed before is lost. {next_step}"
        )


class PageUnreadable(WarehouseError):
    """A landed page cannot be read as a page of its endpoint; none of the endpoint was loaded."""

    def __init__(self, organisation_id: str, endpoint: str, file: Path, reason: str) -> None:
        self.organisation_id = organisation_id
        self.endpoint = endpoint
        self.file = file
        self.reason = reason
        super().__init__(
            f"{endpoint} of organisation {organisation_id}: the page {file} cannot be read "
            f"({reason}). None of the new {endpoint} pages were loaded; the tables are as they "
            f"were. Remove the folder {file.parent} and sync {endpoint} again."
        )


class PagesDamaged(WarehouseError):
    """The archive has gaps that a rebuild would show; the warehouse is as it was.

    Attributes:
        pages: every one of them.
    """

    def __init__(self, pages: Sequence[PageUnreadable]) -> None:
        self.pages = tuple(pages)
        listed = "\n".join(
            f"  {page.endpoint} of organisation {page.organisation_id}: {page.file} ({page.reason})"
            for page in pages
        )
        organisations = " ".join(
            f"--organisation {each}" for each in sorted({page.organisation_id for page in pages})
        )
        super().__init__(
            f"Nothing was rebuilt, because these landed files are damaged:\n{listed}\n"
            f"Restore them from a backup, or run `xero-pipeline sync --full {organisations}`: what "
            f"Xero lists anew makes them unneeded. Then rebuild again."
        )


class LandingBusy(WarehouseError):
    """Two processes may not go through the whole archive at once while one of them changes it."""

    def __init__(self, root: Path) -> None:
        super().__init__(
            f"Another process is rebuilding from {root} or tidying it up at this moment. Wait "
            f"until it has ended, then run again. Syncs go on meanwhile."
        )


class ModelsInvalid(WarehouseError):
    """A file under dbt_like_sql/ is not what it should be."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(f"{path}: {reason}")


class ModelFailed(WarehouseError):
    """DuckDB refused to build a model; the models before it stand, those after it are as before."""

    def __init__(self, relation: str, path: Path, reason: str) -> None:
        self.relation = relation
        self.path = path
        super().__init__(f"{relation} could not be built from {path}: {reason}")


class PublishFailed(WarehouseError):
    """The snapshot could not be written; readers keep the one they had."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"The snapshot {folder} could not be written: {reason}. Readers keep the snapshot "
            f"they had. Free some space or check the folder's permissions, then publish again."
        )


class NothingPublished(WarehouseError):
    """No snapshot exists yet."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Nothing has been published to {path} yet. Run `xero-pipeline sync` (or `make demo`) "
            f"first; the snapshot appears when the checks have passed."
        )


class ExportRefused(WarehouseError):
    """An export was asked for that cannot be, or into a folder that is not an export's."""


class ExportFailed(WarehouseError):
    """An export could not be written; what an earlier one left is as it was."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"The export to {folder} could not be written: {reason}. What was there before is as "
            f"it was. Free some space or check the folder's permissions, then export again."
        )


class RecordNotFound(WarehouseError):
    """A record that was asked for is not in the published snapshot, or its page is not kept."""
