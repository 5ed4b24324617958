"""How far an unfinished walk has come: `walk.jsonl`, a line per landed page.

A line is written after its page is whole. What a killed walk left behind is trusted page by page
as long as line and page agree; a page that the power failed over does not.

Why a walk may go on where another process left it: the set of a walk (every record, or every
record edited since T) only grows while it is walked, because deleted records stay listed and an
edit moves a record into the set, never out of it. In the order of an immutable id a new record
pushes later ones to later pages, never to earlier ones, so that what was on the pages already read
is covered. What was edited there meanwhile was edited after the walk began and comes with the next
increment, which is why a walk keeps its first start.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from xero_pipeline.warehouse.batches import LandedPage
from xero_pipeline.warehouse.durable import write_at_once

_FILE = "walk.jsonl"


class Question(BaseModel):
    """What a walk asks, which decides whether another may go on with it.

    Attributes:
        modified_since: the filter; None: everything.
        page_size: records a page; None: the endpoint is not paged.
        params: everything else that decides what is listed and in which order.
    """

    model_config = ConfigDict(frozen=True)

    modified_since: AwareDatetime | None = None
    page_size: int | None = None
    params: Mapping[str, str] = {}


class LoggedPage(LandedPage):
    """A page and what it cost.

    Attributes:
        calls: requests it took, those included that had to be repeated.
        wire_bytes: bytes received, compressed as sent.
    """

    calls: int
    wire_bytes: int


class _Beginning(BaseModel):
    """The log's first line."""

    started_at: AwareDatetime
    question: Question


@dataclass
class WalkLog:
    """The log of one batch that is being written.

    Attributes:
        started_at: Xero's clock before the first page, of whichever process read that.
        pages: those that are landed.
    """

    folder: Path
    started_at: AwareDatetime
    question: Question
    pages: list[LoggedPage] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / _FILE

    def write(self) -> None:
        """Begin the file anew with what is known."""
        beginning = _Beginning(started_at=self.started_at, question=self.question)
        lines = [beginning, *self.pages]
        content = "".join(line.model_dump_json() + "\n" for line in lines)
        write_at_once(self.file, content.encode())

    def add(self, page: LoggedPage) -> None:
        self.pages.append(page)
        with self.file.open("a") as file:
            file.write(page.model_dump_json() + "\n")

    def remove(self) -> None:
        self.file.unlink(missing_ok=True)


def resumed(folder: Path, question: Question) -> WalkLog | None:
    """The log of a walk that asked the same, with the pages that can be trusted.

    Everything else in the folder is removed. None: there is nothing to go on with.
    """
    found = _read(folder)
    if found is None or found.question != question or not found.pages:
        return None
    found.write()
    known = {found.file.name, *(page.file for page in found.pages)}
    for file in folder.iterdir():
        if file.name not in known:
            file.unlink()
    return found


def _read(folder: Path) -> WalkLog | None:
    try:
        first, *lines = (folder / _FILE).read_bytes().splitlines()
        beginning = _Beginning.model_validate_json(first)
    except (OSError, ValueError):
        return None
    pages = list(_trusted(folder, lines))
    return WalkLog(folder, beginning.started_at, beginning.question, pages)


def _trusted(folder: Path, lines: list[bytes]) -> Iterator[LoggedPage]:
    """Pages up to the first that is not what was landed."""
    for line in lines:
        try:
            page = LoggedPage.model_validate_json(line)
            content = (folder / page.file).read_bytes()
        except (OSError, ValidationError):
            return
        if hashlib.sha256(content).hexdigest() != page.sha256:
            return
        yield page
