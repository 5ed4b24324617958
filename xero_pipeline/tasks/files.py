"""Bytes of files that are attached in Xero, fetched when somebody asks for them, once each.

They lie below `landing/attachments/<organisation>/files/`, named by the id that Xero gave them:
names that people gave are not trusted with a place on this disk.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from xero_pipeline.connections import Connections
from xero_pipeline.connections.database import Database
from xero_pipeline.connections.home import ensure_folder, replace_private_file
from xero_pipeline.connections.tables import attachment_files
from xero_pipeline.settings import Settings
from xero_pipeline.tasks.model import Task
from xero_pipeline.warehouse import read_published
from xero_pipeline.xero import ATTACHMENTS, ENDPOINTS, Endpoint
from xero_pipeline.xero.limits import Clock

_PARENTS = {
    "bank_transaction": "bank_transactions",
    "invoice": "invoices",
    "bill": "invoices",
    "credit_note": "credit_notes",
    "manual_journal": "manual_journals",
}
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


@dataclass(frozen=True)
class Attachment:
    """A file on a task's document, as last listed.

    Attributes:
        name: as somebody gave it in Xero.
        bytes: its length, as Xero says.
    """

    attachment_id: str
    name: str
    media_type: str
    bytes: int


@dataclass(frozen=True)
class FetchedFile:
    """A file whose bytes are here.

    Attributes:
        path: where they lie.
        was_here: fetched earlier, so that it cost no call now.
    """

    attachment: Attachment
    path: Path
    sha256: str
    was_here: bool


def attachments_of(settings: Settings, task: Task) -> list[Attachment]:
    """The files on a task's document, by name, without those that are gone. Costs no call.

    Raises:
        NothingPublished
    """
    with read_published(settings.published_database) as published:
        rows = published.execute(_LISTED, [task.organisation_id, task.task_id]).fetchall()
    return [Attachment(*row) for row in rows]


_LISTED = """
    select
        attachment_id::varchar,
        coalesce(file_name, 'unnamed'),
        coalesce(mime_type, 'application/octet-stream'),
        coalesce(content_length, 0)
    from marts.client_task_attachments
    where organisation_id = ? and task_id = ? and not is_removed
    order by file_name, attachment_id
"""


def fetch_attachments(
    settings: Settings,
    connections: Connections,
    clock: Clock,
    task: Task,
    attachments: Sequence[Attachment],
) -> list[FetchedFile]:
    """Bring the bytes of these files here: a call for each that is not here yet.

    Args:
        attachments: of the task's document, see `attachments_of`.

    Raises:
        MissingScope: the consent does not cover files.
        NotEnoughCalls: the day's calls do not suffice for all of them; none was fetched.
        XeroError: any of xero/errors.py; what was fetched before it is kept.
        HomeUnusable
    """
    with closing(_Store(settings, clock, task)) as store:
        missing = [each for each in attachments if store.find(each) is None]
        if missing:
            with connections.client(task.organisation_id) as client:
                client.require_calls(len(missing))
                for each in missing:
                    content = client.attachment(_parent(task), task.document_id, each.attachment_id)
                    store.keep(each, content)
        fetched = {each.attachment_id for each in missing}
        return [
            FetchedFile(each, *found, was_here=each.attachment_id not in fetched)
            for each in attachments
            if (found := store.find(each)) is not None
        ]


def copy_files(files: Sequence[FetchedFile], folder: Path) -> list[Path]:
    """Copies under the names that people gave them, made safe, and apart where two are the same.

    Raises:
        HomeUnusable: the folder cannot be written to.
    """
    copies: list[Path] = []
    ensure_folder(folder)
    for file in files:
        name = _UNSAFE.sub("_", file.attachment.name).strip(". ") or file.attachment.attachment_id
        copy = folder / name
        if copy in copies:
            copy = folder / f"{file.attachment.attachment_id} {name}"
        replace_private_file(copy, file.path.read_bytes())
        copies.append(copy)
    return copies


def _parent(task: Task) -> Endpoint:
    name = _PARENTS[task.document_type]
    return next(endpoint for endpoint in ENDPOINTS if endpoint.name == name)


class _Store:
    """The fetched files of one organisation: bytes in the landing folder, the rest in the state."""

    def __init__(self, settings: Settings, clock: Clock, task: Task) -> None:
        self._database = Database.open(settings)
        self._home = settings.home
        self._folder = settings.landing / ATTACHMENTS.name / task.organisation_id / "files"
        self._clock = clock
        self._task = task

    def close(self) -> None:
        self._database.close()

    def find(self, attachment: Attachment) -> tuple[Path, str] | None:
        """Path and sha256; None where it is not here, or has another length at Xero by now."""
        query = sa.select(attachment_files).where(self._is(attachment))
        with self._database.reading() as database:
            row = database.execute(query).one_or_none()
        if row is None or (attachment.bytes and row.bytes != attachment.bytes):
            return None
        path = self._home / row.stored_as
        return (path, row.sha256) if path.exists() else None

    def keep(self, attachment: Attachment, content: bytes) -> None:
        """First the bytes, whole, then the row that says that they are here."""
        path = ensure_folder(self._folder) / attachment.attachment_id
        replace_private_file(path, content)
        values = {
            "organisation_id": self._task.organisation_id,
            "attachment_id": attachment.attachment_id,
            "document_id": self._task.document_id,
            "name": attachment.name,
            "media_type": attachment.media_type,
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "stored_as": str(path.relative_to(self._home)),
            "fetched_at": self._clock.now(),
        }
        with self._database.writing() as database:
            database.execute(sa.delete(attachment_files).where(self._is(attachment)))
            database.execute(sa.insert(attachment_files).values(**values))

    def _is(self, attachment: Attachment) -> sa.ColumnElement[bool]:
        return sa.and_(
            attachment_files.c.organisation_id == self._task.organisation_id,
            attachment_files.c.attachment_id == attachment.attachment_id,
        )
