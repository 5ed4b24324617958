"""What Dagster sees: it loads anywhere, and the graph is the one that was agreed on.

`python -m xero_pipeline_tests.test_definitions` rewrites asset_graph.txt after a wanted change.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from xero_pipeline.assets.keys import raw_key
from xero_pipeline.definitions import defs
from xero_pipeline.xero import ATTACHMENTS, CONTACT_REPORTS, ENDPOINTS, EXTRA_ENDPOINTS, REPORTS

SNAPSHOT = Path(__file__).with_name("asset_graph.txt")
REWRITE = "python -m xero_pipeline_tests.test_definitions"

# A snapshot keeps the history of what the intermediate layer says, and that layer reads it again.
_HEIGHTS = {
    "tasks": 0,
    "xero": 0,
    "seeds": 0,
    "staging": 1,
    "intermediate": 2,
    "snapshots": 2,
    "marts": 3,
    "warehouse": 4,
}

_LOAD = """
import json, sys
reached = []
sys.addaudithook(lambda event, _: reached.append(event) if event == "socket.connect" else None)
import duckdb
connect, databases = duckdb.connect, []
def recording(database=":memory:", *arguments, **options):
    databases.append(str(database))
    return connect(database, *arguments, **options)
duckdb.connect = recording
import dagster
from xero_pipeline.definitions import defs
dagster.Definitions.validate_loadable(defs)
print(json.dumps({"databases": databases, "reached": reached}))
"""


@dataclass(frozen=True)
class Loaded:
    """What loading the definitions touched.

    Attributes:
        databases: DuckDB databases that were opened.
        connections: attempts to reach the network.
        files: what it left in its working directory and home.
    """

    databases: list[str]
    connections: list[str]
    files: list[Path]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Loaded by a process with an empty environment in an empty home."""
    home = tmp_path_factory.mktemp("home")
    finished = subprocess.run(
        [sys.executable, "-B", "-c", _LOAD],
        env={"HOME": str(home)},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    touched = json.loads(finished.stdout)
    return Loaded(touched["databases"], touched["reached"], list(home.rglob("*")))


def test_the_definitions_load_and_are_valid_with_nothing_configured(loaded: Loaded) -> None:
    assert loaded


def test_loading_opens_no_duckdb_file(loaded: Loaded) -> None:
    assert set(loaded.databases) <= {":memory:"}


def test_loading_reaches_for_no_network(loaded: Loaded) -> None:
    assert loaded.connections == []


def test_loading_creates_no_file(loaded: Loaded) -> None:
    assert loaded.files == []


def test_the_asset_graph_is_the_one_committed() -> None:
    assert described() == SNAPSHOT.read_text(), f"If the change is wanted: {REWRITE}"


@pytest.fixture(scope="module")
def specs() -> Sequence[dg.AssetSpec]:
    return defs.resolve_all_asset_specs()


def test_every_asset_is_described(specs: Sequence[dg.AssetSpec]) -> None:
    assert [spec.key.to_user_string() for spec in specs if not spec.description] == []


def test_every_asset_belongs_to_a_layer(specs: Sequence[dg.AssetSpec]) -> None:
    groups = {spec.group_name for spec in specs}
    assert groups == {
        "xero",
        "seeds",
        "staging",
        "intermediate",
        "snapshots",
        "marts",
        "warehouse",
        "tasks",
    }


def test_only_what_xero_delivers_is_partitioned_by_organisation(
    specs: Sequence[dg.AssetSpec],
) -> None:
    partitioned = {spec.key for spec in specs if spec.partitions_def is not None}
    names = [endpoint.name for endpoint in (*ENDPOINTS, *EXTRA_ENDPOINTS, ATTACHMENTS)]
    names += [report.name for report in (*REPORTS, *CONTACT_REPORTS)]
    assert partitioned == {raw_key(name) for name in names}


def test_layers_read_downwards(specs: Sequence[dg.AssetSpec]) -> None:
    upwards = [
        f"{spec.key.to_user_string()} reads {dep.asset_key.to_user_string()}"
        for spec in specs
        for dep in spec.deps
        if _HEIGHTS[dep.asset_key.path[0]] > _HEIGHTS[spec.key.path[0]]
    ]
    assert upwards == []


def test_publishing_waits_for_every_mart(specs: Sequence[dg.AssetSpec]) -> None:
    by_key = {spec.key.to_user_string(): spec for spec in specs}
    waited_for = {dep.asset_key for dep in by_key["warehouse/published"].deps}
    assert waited_for == {spec.key for spec in specs if spec.group_name == "marts"}


def test_schedules_and_sensors_run_without_being_switched_on() -> None:
    repository = defs.get_repository_def()
    assert {each.default_status for each in repository.schedule_defs} == {
        dg.DefaultScheduleStatus.RUNNING
    }
    assert {each.default_status for each in repository.sensor_defs} == {
        dg.DefaultSensorStatus.RUNNING
    }


def described() -> str:
    """The graph as text: assets by group with what they read, then what runs them."""
    return "\n".join([*_assets(), *_automation()]) + "\n"


def _assets() -> Iterator[str]:
    specs = sorted(defs.resolve_all_asset_specs(), key=lambda each: (each.group_name, each.key))
    group = None
    for spec in specs:
        if spec.group_name != group:
            group = spec.group_name
            yield f"[{group}]"
        sources = sorted(dep.asset_key.to_user_string() for dep in spec.deps)
        read = f" <- {', '.join(sources)}" if sources else ""
        yield f"{spec.key.to_user_string()}{read}"


def _automation() -> Iterator[str]:
    repository = defs.get_repository_def()
    yield "[jobs]"
    yield from sorted(name for name in repository.job_names if not name.startswith("__"))
    yield "[schedules]"
    for schedule in sorted(repository.schedule_defs, key=lambda each: each.name):
        yield f"{schedule.name}: {schedule.job_name} at {schedule.cron_schedule}"
    yield "[sensors]"
    for sensor in sorted(repository.sensor_defs, key=lambda each: each.name):
        jobs = ", ".join(target.job_name for target in sensor.targets) or "no job"
        yield f"{sensor.name}: {jobs} every {sensor.minimum_interval_seconds} s"


if __name__ == "__main__":
    SNAPSHOT.write_text(described())
