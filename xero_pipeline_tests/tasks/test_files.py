"""Bytes of files that are attached in Xero: fetched once, over real HTTP, and handed out safely."""

from __future__ import annotations

import dataclasses
import hashlib
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from xero_pipeline.connections import Purpose
from xero_pipeline.sandbox.document_events import FileAttached, FileRemoved
from xero_pipeline.sandbox.events import xero_id
from xero_pipeline.settings import Settings
from xero_pipeline.tasks.files import (
    Attachment,
    FetchedFile,
    attachments_of,
    copy_files,
    fetch_attachments,
)
from xero_pipeline.warehouse import open_warehouse
from xero_pipeline.xero.errors import MissingScope, NotEnoughCalls
from xero_pipeline.xero.oauth import READ_SCOPES
from xero_pipeline_tests.sandbox.books.harbour import bank
from xero_pipeline_tests.studio import Studio, studio_at
from xero_pipeline_tests.tasks import samples

TICKET = b"%PDF-1.4 a ticket"


@dataclass(frozen=True)
class TaxiRide:
    """Money spent on a taxi, about which there is a task, and the files on it."""

    studio: Studio

    def attach(self, name: str, content: bytes = TICKET) -> Attachment:
        """A person attaches a file in Xero; it is what a listing says of it then."""
        at = self.studio.clock.now()
        attached = FileAttached(
            at, name, "BankTransaction", "taxi", name, "application/pdf", content
        )
        self.studio.happens(attached)
        id = xero_id("agency", "Attachment", name)
        return Attachment(id, name, "application/pdf", len(content))

    def remove(self, name: str) -> None:
        self.studio.happens(FileRemoved(self.studio.clock.now(), "BankTransaction", "taxi", name))

    def fetch(self, *attachments: Attachment) -> list[FetchedFile]:
        task = dataclasses.replace(
            samples.task(),
            organisation_id=self.studio.agency,
            document_id=xero_id("agency", "BankTransaction", "taxi"),
        )
        studio = self.studio
        with studio.connections() as connections:
            return fetch_attachments(studio.settings, connections, studio.clock, task, attachments)

    def calls(self) -> int:
        """Calls since the last time that this was asked."""
        calls = len(self.studio.asked())
        self.studio.sandbox.control.clear_requests()
        return calls


@contextmanager
def taxi_ride(home: Path, **settings: object) -> Iterator[TaxiRide]:
    with studio_at(home, **settings) as studio:
        studio.connect("agency", Purpose.AGENCY)
        studio.happens(bank("taxi", "SPEND", 45))
        studio.sandbox.control.clear_requests()
        yield TaxiRide(studio)


@pytest.fixture
def ride(tmp_path: Path) -> Iterator[TaxiRide]:
    with taxi_ride(tmp_path / "home") as ride:
        yield ride


def contents(paths: Sequence[Path]) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in paths}


def test_each_file_costs_one_call_and_only_once(ride: TaxiRide) -> None:
    ticket, receipt = ride.attach("ticket.pdf"), ride.attach("receipt.pdf", b"%PDF-1.4 a receipt")

    first = ride.fetch(ticket)
    assert (ride.calls(), [each.was_here for each in first]) == (1, [False])
    both = ride.fetch(ticket, receipt)
    assert (ride.calls(), [each.was_here for each in both]) == (1, [True, False])
    assert [each.was_here for each in ride.fetch(ticket, receipt)] == [True, True]
    assert ride.calls() == 0

    assert [each.path.read_bytes() for each in both] == [TICKET, b"%PDF-1.4 a receipt"]
    assert both[0].sha256 == hashlib.sha256(TICKET).hexdigest()
    assert {stat.S_IMODE(each.path.stat().st_mode) for each in both} == {0o600}


def test_a_file_whose_bytes_are_lost_here_is_fetched_again(ride: TaxiRide) -> None:
    ticket = ride.attach("ticket.pdf")
    (fetched,) = ride.fetch(ticket)
    fetched.path.unlink()
    (again,) = ride.fetch(ticket)
    assert (ride.calls(), again.path.read_bytes()) == (2, TICKET)


def test_a_file_that_has_another_length_at_xero_by_now_is_fetched_again(ride: TaxiRide) -> None:
    ride.fetch(ride.attach("ticket.pdf"))
    ride.remove("ticket.pdf")
    longer = ride.attach("ticket.pdf", TICKET + b", and the way back")
    ride.calls()

    (fetched,) = ride.fetch(longer)
    assert (ride.calls(), fetched.was_here) == (1, False)
    assert fetched.path.read_bytes() == TICKET + b", and the way back"
    assert fetched.sha256 == hashlib.sha256(TICKET + b", and the way back").hexdigest()
    assert [each.was_here for each in ride.fetch(longer)] == [True]


def test_names_that_people_gave_lead_nowhere_else(ride: TaxiRide, tmp_path: Path) -> None:
    names = ["../x", "/etc/motd", "..", "ticket.pdf"]
    fetched = ride.fetch(*(ride.attach(name) for name in names))
    kept = tmp_path / "home" / "landing" / "attachments" / ride.studio.agency / "files"
    assert {each.path.parent for each in fetched} == {kept}

    copies = copy_files(fetched, tmp_path / "receipts")
    assert {copy.parent for copy in copies} == {tmp_path / "receipts"}
    nameless = fetched[2].attachment.attachment_id
    assert contents(copies) == dict.fromkeys(["_x", "_etc_motd", nameless, "ticket.pdf"], TICKET)


def test_two_files_of_one_name_are_two_copies(ride: TaxiRide, tmp_path: Path) -> None:
    first, second = ride.attach("one.pdf", b"1"), ride.attach("two.pdf", b"2")
    fetched = ride.fetch(first, dataclasses.replace(second, name="one.pdf"))
    assert contents(copy_files(fetched, tmp_path / "receipts")) == {
        "one.pdf": b"1",
        f"{second.attachment_id} one.pdf": b"2",
    }


def test_more_files_than_calls_are_left_are_not_begun(tmp_path: Path) -> None:
    with taxi_ride(tmp_path, daily_call_limit=2) as ride:
        files = [ride.attach(f"{number}.pdf") for number in range(3)]
        with pytest.raises(NotEnoughCalls):
            ride.fetch(*files)
        assert ride.calls() == 0


def test_without_the_scope_it_says_which_one_is_missing(tmp_path: Path) -> None:
    scopes = " ".join(scope for scope in READ_SCOPES if "attachments" not in scope)
    with taxi_ride(tmp_path, scopes=scopes) as ride:
        ticket = ride.attach("ticket.pdf")
        with pytest.raises(MissingScope, match=r"accounting\.attachments\.read"):
            ride.fetch(ticket)


def test_a_task_s_files_are_those_that_are_still_there(tmp_path: Path) -> None:
    settings = Settings.model_validate({"XERO_PIPELINE_HOME": tmp_path})
    with open_warehouse(settings.published_database) as warehouse:
        warehouse.execute("create schema marts")
        warehouse.execute(
            f"""
            create table marts.client_task_attachments as
            select '{samples.ORGANISATION}'::uuid as organisation_id,
                '{samples.TASK}'::uuid as task_id, uuid() as attachment_id, *
            from (
                values
                    ('ticket.pdf', 'application/pdf', 17, false),
                    ('draft.pdf', 'application/pdf', 12, true),
                    (null, null, null, false)
            ) as files(file_name, mime_type, content_length, is_removed)
            """
        )
    listed = attachments_of(settings, samples.task())
    assert [(each.name, each.media_type, each.bytes) for each in listed] == [
        ("ticket.pdf", "application/pdf", 17),
        ("unnamed", "application/octet-stream", 0),
    ]
