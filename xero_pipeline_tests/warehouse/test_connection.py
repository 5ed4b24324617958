"""Locks are tested between processes: within one they prove nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from xero_pipeline.warehouse import (
    NothingPublished,
    WarehouseBusy,
    WarehouseUnreadable,
    open_warehouse,
    read_published,
)


@contextmanager
def held_by_another_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    script = f"import duckdb; c = duckdb.connect({str(path)!r}); print('open', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        yield holder
        holder.communicate("\n")


def test_a_busy_warehouse_names_the_program_that_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "build.duckdb"
    with (
        held_by_another_process(path) as holder,
        pytest.raises(WarehouseBusy) as refused,
        open_warehouse(path, deadline_seconds=0.3),
    ):
        pass

    assert f"PID {holder.pid}" in str(refused.value)
    assert "Close it there" in str(refused.value)


def test_opening_waits_until_the_other_process_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "build.duckdb"
    with held_by_another_process(path) as holder:
        assert holder.stdin is not None
        holder.stdin.write("\n")
        holder.stdin.flush()
        with open_warehouse(path, deadline_seconds=60) as connection:
            assert connection.execute("select 1").fetchone() == (1,)


def test_the_file_is_free_again_after_an_exception(tmp_path: Path) -> None:
    path = tmp_path / "build.duckdb"
    with pytest.raises(RuntimeError) as kept, open_warehouse(path):
        raise RuntimeError("a failing load")

    opened = subprocess.run(
        [sys.executable, "-c", f"import duckdb; duckdb.connect({str(path)!r})"], check=False
    )
    assert opened.returncode == 0
    assert kept.value  # the traceback is alive, and does not keep the connection open


def test_the_folder_is_made(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "new" / "home" / "build.duckdb") as connection:
        assert connection.execute("select current_database()").fetchone() == ("build",)


def test_a_file_that_is_no_database_is_said_in_plain_words(tmp_path: Path) -> None:
    path = tmp_path / "build.duckdb"
    path.write_text("not a database " * 1000)

    with (
        pytest.raises(WarehouseUnreadable, match="not a valid DuckDB database"),
        open_warehouse(path),
    ):
        pass


def test_a_home_that_cannot_be_made_is_said_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")

    with (
        pytest.raises(WarehouseUnreadable, match="may be written to"),
        open_warehouse(tmp_path / "home" / "build.duckdb"),
    ):
        pass


def test_instants_are_utc_whatever_the_machine_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    with open_warehouse(tmp_path / "build.duckdb") as connection:
        row = connection.execute("select '2026-03-01 00:00:00+00'::timestamptz::timestamp::varchar")
        assert row.fetchone() == ("2026-03-01 00:00:00",)


def test_new_files_can_be_read_by_duckdb_1_5(tmp_path: Path) -> None:
    """Bytes 12 to 20 of a DuckDB file hold its version number; DuckDB 1.5 reads up to 68."""
    path = tmp_path / "build.duckdb"
    with open_warehouse(path) as connection:
        connection.execute("create table t as select 1")

    version = int.from_bytes(path.read_bytes()[12:20], "little")
    assert 64 <= version <= 68


def test_reading_before_anything_is_published_says_what_to_do(tmp_path: Path) -> None:
    with (
        pytest.raises(NothingPublished, match="xero-pipeline sync"),
        read_published(tmp_path / "current" / "warehouse.duckdb"),
    ):
        pass


def test_nothing_opens_duckdb_at_import() -> None:
    script = (
        "import duckdb\n"
        "def refuse(*_, **__): raise SystemExit('opened at import')\n"
        "duckdb.connect = refuse\n"
        "import xero_pipeline.warehouse\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_an_unknown_setting_is_not_mistaken_for_a_lock(tmp_path: Path) -> None:
    with (
        pytest.raises(WarehouseUnreadable),
        open_warehouse(tmp_path / "build.duckdb", config={"no_such_setting": 1}),
    ):
        pass


def test_another_mode_in_the_same_process_counts_as_busy(tmp_path: Path) -> None:
    path = tmp_path / "build.duckdb"
    with (
        duckdb.connect(str(path)),
        pytest.raises(WarehouseBusy, match="this process"),
        open_warehouse(path, deadline_seconds=0.1, read_only=True),
    ):
        pass
