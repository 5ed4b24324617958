"""`xero-pipeline export`: what is published, as files that other tools read."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from xero_pipeline.cli import app
from xero_pipeline.warehouse import (
    ExportFailed,
    ExportManifest,
    ExportRefused,
    ExportRequest,
    NothingPublished,
    export,
)
from xero_pipeline.warehouse.durable import HeldFolder
from xero_pipeline_tests.sql.warehouse import graph
from xero_pipeline_tests.studio import ABROAD, AGENCY, Studio

DOCUMENTS = "ar_aging_documents.parquet"


@pytest.fixture
def published(published_studio: Studio) -> Path:
    return published_studio.settings.published_database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "figures"


def write(published: Path, folder: Path, *tables: str, **request: Any) -> ExportManifest:  # noqa: ANN401
    return export(published, graph().docs, folder, ExportRequest(tables=tables, **request))


def rows(sql: str) -> list[Any]:
    return duckdb.sql(sql).fetchall()


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


# --- what is in the files ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def everything(
    published_studio: Studio, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, ExportManifest]:
    folder = tmp_path_factory.mktemp("exported") / "all"
    return folder, write(published_studio.settings.published_database, folder)


def test_every_mart_becomes_a_file_with_the_same_rows_and_types(
    everything: tuple[Path, ExportManifest], published: Path
) -> None:
    folder, manifest = everything
    with duckdb.connect(published, read_only=True) as connection:
        marts = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
        assert {each.name for each in manifest.tables} == {f"marts.{name}" for (name,) in marts}
        for (name,) in marts:
            file = f"'{folder}/{name}.parquet'"
            types = "select column_name, column_type from (describe from {})"
            written, known = types.format(file), types.format(f"marts.{name}")
            assert connection.execute(written).fetchall() == connection.execute(known).fetchall()
            assert not connection.execute(
                f"(from marts.{name} except all from {file}) union all "
                f"(from {file} except all from marts.{name})"
            ).fetchall()


def test_money_stays_decimal_and_adds_up_to_the_cent(
    everything: tuple[Path, ExportManifest],
) -> None:
    """100 + 200 + 300 NZD in one organisation, 70 AUD in the other."""
    folder, _ = everything
    totals = rows(
        f"select typeof(sum(amount_due)), currency_code, sum(amount_due) "
        f"from '{folder}/{DOCUMENTS}' group by currency_code order by currency_code"
    )
    assert totals == [
        ("DECIMAL(38,2)", "AUD", Decimal("70.00")),
        ("DECIMAL(38,2)", "NZD", Decimal("600.00")),
    ]


def test_a_data_frame_holds_the_same_sums(everything: tuple[Path, ExportManifest]) -> None:
    folder, _ = everything
    frame = duckdb.read_parquet(f"{folder}/{DOCUMENTS}").df()
    by_currency = frame.groupby("currency_code")["amount_due"].sum()
    assert by_currency.to_dict() == {"AUD": 70.0, "NZD": 600.0}
    assert str(frame["as_of_date"].dtype).startswith("datetime64")


def test_parquet_is_compressed_with_zstd(everything: tuple[Path, ExportManifest]) -> None:
    folder, _ = everything
    compressions = rows(
        f"select distinct compression from parquet_metadata('{folder}/{DOCUMENTS}')"
    )
    assert compressions == [("ZSTD",)]


def test_the_manifest_says_what_is_there(
    everything: tuple[Path, ExportManifest], published: Path
) -> None:
    folder, manifest = everything
    assert ExportManifest.model_validate_json((folder / "manifest.json").read_bytes()) == manifest
    assert manifest.snapshot == published.resolve().parent.name
    assert [(each.name, each.as_of_date) for each in manifest.organisations] == [
        ("Garage Ltd", "2026-04-01"),
        (AGENCY, "2026-04-01"),
        (ABROAD, "2026-04-01"),
    ]
    documents = next(each for each in manifest.tables if each.name == "marts.ar_aging_documents")
    assert documents.rows == 4
    assert documents.files[0].sha256 == digests(folder)[DOCUMENTS]
    amount = next(each for each in documents.columns if each.name == "amount_due")
    assert (amount.type, "in currency_code" in amount.description) == ("DECIMAL(18,2)", True)


def test_the_same_snapshot_gives_the_same_bytes_again(published: Path, folder: Path) -> None:
    write(published, folder, "ar_aging_documents", "client_signals")
    first = digests(folder)
    write(published, folder, "ar_aging_documents", "client_signals")
    assert digests(folder) == first


def test_one_organisation_can_be_exported_alone(published: Path, folder: Path) -> None:
    manifest = write(published, folder, "ar_aging_documents", organisations=("sydney studio",))
    assert [each.name for each in manifest.organisations] == [ABROAD]
    assert rows(f"select amount_due from '{folder}/{DOCUMENTS}'") == [(Decimal("70.00"),)]


def test_each_organisation_can_have_a_file_of_its_own(
    published: Path, published_studio: Studio, folder: Path
) -> None:
    manifest = write(published, folder, "ar_aging_documents", by_organisation=True)
    (table,) = manifest.tables
    assert len(table.files) == 2
    own = folder / "ar_aging_documents" / f"organisation_id={published_studio.agency}"
    assert rows(f"select sum(amount_due) from '{own}/*.parquet'") == [(Decimal("600.00"),)]


def test_a_function_of_a_day_is_exported_as_of_that_day(published: Path, folder: Path) -> None:
    """The invoices are of 1 March, due on the 21st: nine days to go on the 12th."""
    manifest = write(published, folder, "marts.ar_aging_as_of", as_of=dt.date(2026, 3, 12))
    assert manifest.as_of == "2026-03-12"
    aged = rows(f"select distinct as_of_date, days_overdue from '{folder}/ar_aging_as_of.parquet'")
    assert aged == [(dt.date(2026, 3, 12), -9)]


def test_csv_keeps_cents_and_writes_lists_as_json(published: Path, folder: Path) -> None:
    write(published, folder, "ar_aging_documents", "client_signals", format="csv")
    head, *lines = (folder / "ar_aging_documents.csv").read_text().splitlines()
    assert "amount_due" in head.split(",")
    assert any(",70.00," in line for line in lines)
    with_documents = rows(
        f"select documents from read_csv('{folder}/client_signals.csv') where documents <> '[]'"
    )
    assert all(json.loads(documents) for (documents,) in with_documents)


# --- what is refused -----------------------------------------------------------------------------


def test_without_a_snapshot_there_is_nothing_to_export(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(NothingPublished, match="xero-pipeline sync"):
        write(tmp_path / "current" / "warehouse.duckdb", folder)


@pytest.mark.parametrize(
    ("tables", "request_", "sentence"),
    [
        (("runwy",), {}, "no table in marts called 'runwy'. Did you mean runway"),
        (("ar_aging_as_of",), {}, "is of a day: say which with --as-of YYYY-MM-DD"),
        (
            ("runway",),
            {"organisations": ("Harbor Studio",)},
            "no organisation called 'harbor studio'. Did you mean harbour studio",
        ),
        (
            ("api_cost_monthly",),
            {"organisations": (AGENCY,)},
            "of all organisations together",
        ),
    ],
)
def test_what_does_not_exist_is_named_with_what_does(
    published: Path, folder: Path, tables: tuple[str, ...], request_: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ExportRefused, match=sentence):
        write(published, folder, *tables, **request_)
    assert list(folder.parent.iterdir()) == []


def test_a_folder_with_anything_else_in_it_is_left_alone(published: Path, folder: Path) -> None:
    write(published, folder, "runway")
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(ExportRefused, match=r"holds thesis\.txt, which no export wrote"):
        write(published, folder, "runway")
    assert (folder / "thesis.txt").read_text() == "mine"


def test_a_file_is_no_folder(published: Path, folder: Path) -> None:
    folder.write_text("mine")
    with pytest.raises(ExportRefused, match="is a file"):
        write(published, folder, "runway")


def test_two_exports_do_not_write_to_one_folder(published: Path, folder: Path) -> None:
    draft = folder.with_name(".figures.partial")
    draft.mkdir()
    held = HeldFolder.hold(draft)
    assert held
    with pytest.raises(ExportRefused, match="Another export"):
        write(published, folder, "runway")
    held.let_go()


# --- what is never half there --------------------------------------------------------------------


@contextmanager
def files_may_have(bytes_: int) -> Iterator[None]:
    """The operating system refuses what goes beyond, as a full disk does."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


def test_a_full_disk_leaves_the_earlier_export(published: Path, folder: Path) -> None:
    write(published, folder, "runway")
    before = digests(folder)
    with files_may_have(1000), pytest.raises(ExportFailed, match="as it was"):
        write(published, folder, "ar_aging_documents")
    assert digests(folder) == before
    assert [each.name for each in folder.parent.iterdir()] == ["figures"]


def test_what_a_killed_export_left_is_cleared_away(published: Path, folder: Path) -> None:
    draft = folder.with_name(".figures.partial")
    (draft / "half").mkdir(parents=True)
    (draft / "runway.parquet").write_text("half a file")
    write(published, folder, "runway")
    assert not draft.exists()
    assert sorted(digests(folder)) == ["manifest.json", "runway.parquet"]


def test_an_export_reads_the_snapshot_and_never_the_build_file(
    published: Path, published_studio: Studio, folder: Path
) -> None:
    with published_studio.warehouse():  # somebody is writing
        write(published, folder, "runway")
    assert (folder / "runway.parquet").exists()


def test_the_command_exports_into_the_home_unless_told_otherwise(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    shutil.copytree(
        published.resolve().parent, home / "snapshots" / published.resolve().parent.name
    )
    (home / "current").symlink_to(f"snapshots/{published.resolve().parent.name}")
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(home))
    done = CliRunner().invoke(app, ["export", "--table", "runway", "--format", "csv"])
    assert done.exit_code == 0, done.output
    assert "1 tables" in done.output
    assert sorted(digests(home / "export")) == ["manifest.json", "runway.csv"]
