"""What the environment sets, and what it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

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
