"""Files of client tasks, which Xero lists for one document a call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from xero_pipeline.connections import Purpose
from xero_pipeline.sandbox.document_events import AttachableKind, FileAttached, FileRemoved
from xero_pipeline.sync import Depth
from xero_pipeline.warehouse import rebuild
from xero_pipeline.xero.oauth import READ_SCOPES
from xero_pipeline_tests.sandbox.books.harbour import bank, invoice
from xero_pipeline_tests.studio import Studio, studio_at

READ = ("bank_transactions", "invoices", "attachments")


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """Two bank transactions and an invoice that people are asked about; nothing has files."""
    with studio_at(tmp_path) as studio:
        begin(studio)
        yield studio


def begin(studio: Studio) -> None:
    studio.connect("agency", Purpose.AGENCY)
    studio.happens(bank("taxi", "SPEND", 45), bank("lunch", "SPEND", 20), invoice("INV-7", 70))
    studio.sync(only=READ)
    with studio.warehouse() as connection:
        connection.execute(
            """
            create table marts.client_tasks as
            select organisation_id, document_id, 'open' as state
            from (
                select organisation_id, bank_transaction_id as document_id
                from raw.bank_transactions
                union all
                select organisation_id, invoice_id from raw.invoices
                where invoice_number = 'INV-7'
            ) as documents
            """
        )


def attach(studio: Studio, name: str, to: str = "taxi", *, is_announced: bool = True) -> None:
    kind: AttachableKind = "Invoice" if to.startswith("INV") else "BankTransaction"
    studio.advance(minutes=5)
    at = studio.clock.now()
    studio.happens(
        FileAttached(
            at, name, kind, to, name, "application/pdf", b"%PDF", is_announced=is_announced
        )
    )


def remove(studio: Studio, name: str, *, is_announced: bool = True) -> None:
    studio.advance(minutes=5)
    at = studio.clock.now()
    studio.happens(FileRemoved(at, "BankTransaction", "taxi", name, is_announced=is_announced))


def looks(studio: Studio, depth: Depth = Depth.INCREMENT) -> int:
    """For how many documents a sync an hour later lists files."""
    studio.advance(hours=1)
    studio.sandbox.control.clear_requests()
    studio.sync(depth=depth, only=READ)
    return sum(path.endswith("/Attachments") for path in studio.asked())


def listed(studio: Studio) -> list[tuple[str, bool]]:
    """Files that were ever listed, and whether they are still there."""
    return studio.rows("select file_name, _removed_at is null from raw.attachments order by all")


def test_documents_without_files_cost_no_call(studio: Studio) -> None:
    assert looks(studio) == 0
    assert looks(studio, Depth.NIGHTLY) == 0


def test_a_file_is_listed_by_the_sync_after_the_one_that_heard_of_it(studio: Studio) -> None:
    attach(studio, "receipt.pdf")
    assert looks(studio) == 0, "that sync has only just learnt that there is a file"
    assert looks(studio) == 1
    assert listed(studio) == [("receipt.pdf", True)]
    assert looks(studio) == 0, "nothing has changed since"


def test_the_row_says_on_which_document_the_file_hangs(studio: Studio) -> None:
    attach(studio, "terms.pdf", to="INV-7")
    looks(studio)
    looks(studio)
    (row,) = studio.rows(
        """
        select files.endpoint, invoices.invoice_number, files.mime_type, files.content_length
        from raw.attachments as files
        join raw.invoices as invoices
            on invoices.organisation_id = files.organisation_id
            and invoices.invoice_id = files.document_id
        """
    )
    assert row == ("invoices", "INV-7", "application/pdf", 4)


def test_additions_and_removals_are_found_by_difference(studio: Studio) -> None:
    attach(studio, "one.pdf")
    looks(studio)
    looks(studio)
    attach(studio, "two.pdf")
    remove(studio, "one.pdf")
    looks(studio)
    assert looks(studio) == 1
    assert listed(studio) == [("one.pdf", False), ("two.pdf", True)]
    remove(studio, "two.pdf")
    looks(studio)
    assert looks(studio) == 1, "the flag has gone, and a file was known"
    assert listed(studio) == [("one.pdf", False), ("two.pdf", False)]
    assert looks(studio, Depth.NIGHTLY) == 0, "nothing is left to look for"


def test_what_xero_does_not_announce_is_found_at_night(studio: Studio) -> None:
    attach(studio, "one.pdf")
    looks(studio)
    looks(studio)
    attach(studio, "two.pdf", is_announced=False)
    assert looks(studio) == 0
    assert looks(studio, Depth.NIGHTLY) == 1
    assert listed(studio) == [("one.pdf", True), ("two.pdf", True)]


def test_a_first_file_that_xero_does_not_announce_shows_in_the_weekly_listing(
    studio: Studio,
) -> None:
    attach(studio, "one.pdf", is_announced=False)
    assert looks(studio, Depth.FULL) == 0
    assert looks(studio) == 1


def test_nobody_asks_about_a_closed_task(studio: Studio) -> None:
    attach(studio, "one.pdf")
    looks(studio)
    with studio.warehouse() as connection:
        connection.execute("update marts.client_tasks set state = 'closed'")
    assert looks(studio) == 0
    assert looks(studio, Depth.NIGHTLY) == 0


def test_a_sync_looks_at_so_many_documents_and_the_next_one_goes_on(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xero_pipeline.sync.known.LOOKS_AN_INCREMENT", 1)
    attach(studio, "one.pdf", to="taxi")
    attach(studio, "two.pdf", to="lunch")
    looks(studio)
    assert looks(studio) == 1
    assert looks(studio) == 1
    assert looks(studio) == 0
    assert len(listed(studio)) == 2


def test_looks_take_a_tenth_of_the_calls_that_are_left(tmp_path: Path) -> None:
    """Three documents; a sync asks for the organisation and two listings before it looks."""
    with studio_at(tmp_path, daily_call_limit=33, percent_of_calls_for_people=0) as studio:
        begin(studio)
        for number, document in enumerate(("taxi", "lunch", "INV-7")):
            attach(studio, f"{number}.pdf", to=document)
        looks(studio)
        with studio.connections() as connections, connections.client(studio.agency) as client:
            assert 20 <= client.calls_left() < 30
        assert looks(studio) == 2


def test_a_rebuild_knows_the_same_files_and_removals(studio: Studio) -> None:
    attach(studio, "one.pdf")
    looks(studio)
    looks(studio)
    remove(studio, "one.pdf")
    looks(studio)
    looks(studio)
    every = "select * exclude (_row_hash) from raw.attachments order by all"
    before = studio.rows(every), studio.rows("from ops.attachment_looks")
    settings = studio.settings
    rebuild(studio.landing, settings.build_database, settings.published_database)
    assert (studio.rows(every), studio.rows("from ops.attachment_looks")) == before


def test_without_the_scope_the_sync_says_so_and_goes_on(tmp_path: Path) -> None:
    scopes = " ".join(scope for scope in READ_SCOPES if "attachments" not in scope)
    with studio_at(tmp_path, scopes=scopes) as studio:
        begin(studio)
        attach(studio, "one.pdf")
        looks(studio)
        sync = studio.sync(depth=Depth.INCREMENT, only=READ)
        assert set(sync.skipped) == {"attachments"}
        assert "accounting.attachments.read" in str(sync.skipped["attachments"])
        assert looks(studio) == 0, "it would be refused again"


def test_switched_off_nothing_is_asked(tmp_path: Path) -> None:
    with studio_at(tmp_path, attachments=False) as studio:
        begin(studio)
        attach(studio, "one.pdf")
        looks(studio)
        assert looks(studio, Depth.NIGHTLY) == 0
