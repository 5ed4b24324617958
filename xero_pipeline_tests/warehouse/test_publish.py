from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from xero_pipeline.warehouse import (
    PublishFailed,
    WarehouseBusy,
    open_warehouse,
    publish,
    read_published,
)

COUNT = "select count(*) from t"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    path = tmp_path / "build.duckdb"
    with open_warehouse(path) as connection:
        connection.execute("create table t as select 1 as n")
    return path


def add_row(build: Path) -> None:
    with open_warehouse(build) as connection:
        connection.execute("insert into t values (2)")


def test_readers_see_what_was_published_under_the_name_warehouse(
    build: Path, tmp_path: Path
) -> None:
    snapshot = publish(build, tmp_path)

    with read_published(tmp_path / "current" / "warehouse.duckdb") as reader:
        assert reader.execute("select count(*) from warehouse.main.t").fetchone() == (1,)
    assert snapshot.bytes == snapshot.path.stat().st_size
    assert (tmp_path / "current").resolve() == snapshot.path.parent


def test_a_reader_keeps_its_snapshot_while_a_new_one_is_swapped_in(
    build: Path, tmp_path: Path
) -> None:
    publish(build, tmp_path, keep=1)
    current = tmp_path / "current" / "warehouse.duckdb"
    script = f"""
import duckdb
reader = duckdb.connect({str(current)!r}, read_only=True)
for _ in range(2):
    print(reader.execute({COUNT!r}).fetchone()[0], flush=True)
    input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdin is not None
        assert reader.stdout.readline() == "1\n"

        add_row(build)
        publish(build, tmp_path, keep=1)

        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == "1\n"
        with read_published(current) as new_reader:
            assert new_reader.execute(COUNT).fetchone() == (2,)
        reader.communicate("\n")


def test_one_process_sees_both_snapshots(build: Path, tmp_path: Path) -> None:
    """DuckDB keeps one instance per path and process: the old one must not answer for the new."""
    publish(build, tmp_path)
    current = tmp_path / "current" / "warehouse.duckdb"
    with read_published(current) as old:
        add_row(build)
        publish(build, tmp_path)
        with read_published(current) as new:
            assert old.execute(COUNT).fetchone() == (1,)
            assert new.execute(COUNT).fetchone() == (2,)


def test_a_snapshot_cannot_be_written_to(build: Path, tmp_path: Path) -> None:
    snapshot = publish(build, tmp_path)

    assert snapshot.path.stat().st_mode & 0o777 == 0o444


def test_the_last_few_snapshots_are_kept(build: Path, tmp_path: Path) -> None:
    published = [publish(build, tmp_path, keep=2).id for _ in range(4)]

    kept = sorted(folder.name for folder in (tmp_path / "snapshots").iterdir())
    assert kept == published[-2:]


def test_the_snapshot_that_readers_are_shown_is_never_removed(build: Path, tmp_path: Path) -> None:
    shown = publish(build, tmp_path)

    latest = publish(build, tmp_path, keep=0)

    assert latest.path.exists()
    assert not shown.path.exists()


def test_a_copy_that_fails_leaves_readers_what_they_had(
    build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = publish(build, tmp_path)
    monkeypatch.setenv("PATH", "")  # no `cp` to be found

    with pytest.raises(PublishFailed, match="Readers keep the snapshot"):
        publish(build, tmp_path)

    assert (tmp_path / "current").resolve() == shown.path.parent
    assert [folder.name for folder in (tmp_path / "snapshots").iterdir()] == [shown.id]


def test_publishing_waits_for_whoever_writes(build: Path, tmp_path: Path) -> None:
    script = (
        f"import duckdb; c = duckdb.connect({str(build)!r}); print('open', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        with pytest.raises(WarehouseBusy, match=str(writer.pid)):
            publish(build, tmp_path, deadline_seconds=0.2)
        writer.communicate("\n")

    assert publish(build, tmp_path).path.exists()


def test_the_build_database_stays_locked_while_it_is_copied(build: Path, tmp_path: Path) -> None:
    """Copying inside the process that has the file open would drop DuckDB's lock."""
    attempt = f"import duckdb; duckdb.connect({str(build)!r})"
    with open_warehouse(build) as connection:
        connection.execute("checkpoint")
        subprocess.run(["cp", str(build), str(tmp_path / "copy.duckdb")], check=True)
        second_writer = subprocess.run(
            [sys.executable, "-c", attempt], capture_output=True, check=False
        )

    assert b"Conflicting lock" in second_writer.stderr
    with duckdb.connect(str(tmp_path / "copy.duckdb"), read_only=True) as copy:
        assert copy.execute(COUNT).fetchone() == (1,)
