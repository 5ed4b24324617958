"""What others wrote and we carry along is what they published."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from pydantic import BaseModel, TypeAdapter

from xero_pipeline import console
from xero_pipeline_tests import console as tests

FOLDERS = (
    Path(console.__file__).parent / "static" / "vendor",
    Path(tests.__file__).parent / "vendor",
)


class Vendored(BaseModel):
    file: str
    package: str
    version: str
    licence: str
    licence_file: str
    source: str
    sha256: str


def listed(folder: Path) -> list[Vendored]:
    text = (folder / "vendored.json").read_text()
    return TypeAdapter(list[Vendored]).validate_python(json.loads(text))


@pytest.mark.parametrize("folder", FOLDERS, ids=["shown", "for tests"])
def test_each_file_is_the_published_one_and_has_its_licence(folder: Path) -> None:
    for each in listed(folder):
        assert hashlib.sha256((folder / each.file).read_bytes()).hexdigest() == each.sha256
        assert (folder / each.licence_file).read_text().strip()
        assert f"{each.package.rpartition('/')[2]}-{each.version}.tgz" in each.source


@pytest.mark.parametrize("folder", FOLDERS, ids=["shown", "for tests"])
def test_there_is_no_other_file(folder: Path) -> None:
    expected = {"vendored.json"}
    for each in listed(folder):
        expected |= {each.file, each.licence_file}
    assert {path.name for path in folder.iterdir()} == expected
