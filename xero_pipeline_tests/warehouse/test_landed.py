"""`xero-pipeline landed`: from a raw row to the page that Xero sent."""

from __future__ import annotations

import hashlib
import shutil
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from xero_pipeline.cli import app
from xero_pipeline.warehouse import Landing, PageUnreadable, read_published
from xero_pipeline.warehouse.archives import pack
from xero_pipeline.warehouse.batches import read_batch
from xero_pipeline.warehouse.errors import RecordNotFound
from xero_pipeline.warehouse.landed import find_landed
from xero_pipeline.warehouse.shelf import Shelf
from xero_pipeline_tests.studio import Studio


@pytest.fixture
def landing(published_studio: Studio, tmp_path: Path) -> Landing:
    """A copy of what was landed, to change."""
    shutil.copytree(published_studio.settings.landing, tmp_path / "landing")
    return Landing(tmp_path / "landing")


@pytest.fixture(scope="module")
def published(published_studio: Studio) -> Path:
    return published_studio.settings.published_database


@pytest.fixture(scope="module")
def invoice(published: Path) -> UUID:
    """INV-2, of 200 NZD."""
    with read_published(published) as connection:
        row = connection.execute(
            "select invoice_id from raw.invoices where invoice_number = 'INV-2'"
        ).fetchone()
    assert row
    return UUID(str(row[0]))


def test_a_raw_row_leads_to_its_page_and_the_record_in_it(
    published: Path, landing: Landing, invoice: UUID
) -> None:
    found = find_landed(published, landing, "invoices", invoice)
    assert found.record["InvoiceNumber"] == "INV-2"
    assert found.record["Total"] == Decimal("200.0")
    page = found.place / found.page.file
    assert hashlib.sha256(page.read_bytes()).hexdigest() == found.page.sha256


def test_an_archived_page_is_found_in_its_archive(
    published: Path, landing: Landing, invoice: UUID
) -> None:
    loose = find_landed(published, landing, "invoices", invoice)
    shelf = Shelf(landing.root, "invoices", str(loose.organisation_id))
    pack(shelf, [read_batch(loose.place)])
    shutil.rmtree(loose.place)
    found = find_landed(published, landing, "raw.invoices", invoice)
    assert found.place.name.endswith(".tar.zst")
    assert found.record["InvoiceNumber"] == "INV-2"


def test_a_page_that_has_changed_is_not_shown(
    published: Path, landing: Landing, invoice: UUID
) -> None:
    found = find_landed(published, landing, "invoices", invoice)
    (found.place / found.page.file).write_bytes(b"something else")
    with pytest.raises(PageUnreadable, match="has changed since it was landed"):
        find_landed(published, landing, "invoices", invoice)


def test_a_page_that_is_not_kept_any_more_is_said_to_be_gone(
    published: Path, landing: Landing, invoice: UUID
) -> None:
    shutil.rmtree(landing.root / "invoices")
    with pytest.raises(RecordNotFound, match="XERO_LANDING_KEEP_DAYS"):
        find_landed(published, landing, "invoices", invoice)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("invoice", r"no table raw\.invoice\. There are invoices"),
        ("bank_summary", "holds reports, which have no ids"),
        ("invoices", "no row with invoice_id"),
    ],
)
def test_what_is_not_there_is_said_plainly(
    published: Path, landing: Landing, table: str, sentence: str
) -> None:
    with pytest.raises(RecordNotFound, match=sentence):
        find_landed(published, landing, table, uuid4())


def test_the_command_prints_where_the_page_is_and_the_record(
    published_studio: Studio, invoice: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(published_studio.settings.home))
    done = CliRunner().invoke(app, ["landed", "invoices", str(invoice)])
    assert done.exit_code == 0, done.output
    assert "(compared)" in done.output
    assert '"InvoiceNumber": "INV-2"' in done.output
