"""What the environment sets, and what it does not."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from pydantic import ValidationError

from xero_pipeline.assets.resources import Warehouse
from xero_pipeline.settings import Settings, Tier


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("XERO_PIPELINE_HOME", raising=False)
    return tmp_path


def test_state_is_kept_in_the_working_directory_and_never_in_the_persons_home(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(empty_folder / "person"))
    assert Settings().home == empty_folder / ".xero_pipeline"


def test_other_programs_variables_set_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIER", "enterprise")
    assert Settings().tier is Tier.STARTER


def test_the_home_can_be_set(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(empty_folder / "books"))
    assert Settings().home == empty_folder / "books"


@pytest.mark.parametrize("memory", ["600MB", "1.5 GiB", "4GB"])
def test_the_memory_of_a_run_is_what_duckdb_is_given(
    memory: str, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(empty_folder / "books"))
    monkeypatch.setenv("XERO_PIPELINE_MEMORY", memory)
    with Warehouse().get_connection() as run, duckdb.connect() as fresh:
        fresh.execute(f"set memory_limit = '{memory}'")
        query = "select current_setting('memory_limit')"
        assert run.execute(query).fetchall() == fresh.execute(query).fetchall()


@pytest.mark.parametrize("memory", ["", "much", "80%", "-1GB"])
def test_a_memory_that_duckdb_would_not_understand_is_refused(
    memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XERO_PIPELINE_MEMORY", memory)
    with pytest.raises(ValidationError, match="XERO_PIPELINE_MEMORY"):
        Settings()
