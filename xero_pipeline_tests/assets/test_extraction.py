"""One run reads many organisations, and Dagster shows each of them: through HTTP and Dagster."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import dagster as dg
import pytest

from xero_pipeline.assets.deliveries import Deliveries
from xero_pipeline.assets.extraction import EXTRACTION_OP, extraction
from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS_NAME, raw_key
from xero_pipeline.assets.resources import Pipeline, Warehouse
from xero_pipeline.connections import Purpose
from xero_pipeline.sync import Depth, SyncFailure
from xero_pipeline.xero import XeroError
from xero_pipeline.xero.errors import NeedsReconnect, XeroUnavailable
from xero_pipeline_tests.connected import environment
from xero_pipeline_tests.sandbox.books import harbour
from xero_pipeline_tests.studio import AGENCY, CLIENT, Studio, settings_of, studio_at

EVERYBODY = ("agency", "client", "abroad")
TABLES = ("organisation", "accounts", "contacts", "invoices")


@dataclass(frozen=True)
class Floor:
    """A studio whose three organisations are connected, with a Dagster that remembers."""

    studio: Studio
    instance: dg.DagsterInstance

    def key(self, organisation: str) -> str:
        tenant = self.studio.sandbox.control.tenant_id(organisation)
        return self.studio.connection(tenant).organisation_key

    def run(
        self,
        organisations: Sequence[str] = (),
        *,
        partition: str | None = None,
    ) -> dg.ExecuteInProcessResult:
        """By the keys of the sandbox; none and no partition: all."""
        keys = [self.key(each) for each in organisations]
        config = {"organisations": keys, "depth": Depth.NIGHTLY.value}
        return dg.materialize(
            [extraction],
            selection=[raw_key(table) for table in TABLES],
            instance=self.instance,
            resources={"pipeline": Pipeline(), "warehouse": Warehouse()},
            partition_key=self.key(partition) if partition else None,
            run_config={"ops": {EXTRACTION_OP: {"config": config}}},
            raise_on_error=False,
        )

    def marked(self, table: str) -> set[str]:
        """The organisations whose partition of a table is materialised, by the sandbox's keys."""
        found = self.instance.get_materialized_partitions(raw_key(table))
        return {each for each in EVERYBODY if self.key(each) in found}

    def must_reconnect(self, organisation: str) -> None:
        tenant = self.studio.sandbox.control.tenant_id(organisation)
        with self.studio.connections() as connections:
            name = connections.find(tenant).organisation_name
            connections.mark(tenant, NeedsReconnect(name))

    def asked(self) -> set[str]:
        """The organisations that were asked anything since the log was cleared."""
        control = self.studio.sandbox.control
        tenants = {request["tenant"] for request in control.requests()}
        return {each for each in EVERYBODY if control.tenant_id(each) in tenants}


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Connecting takes longer than reading these books: every test gets a copy of the home."""
    with studio_at(tmp_path_factory.mktemp("connected")) as studio:
        for organisation in EVERYBODY:
            purpose = Purpose.CLIENT if organisation == "client" else Purpose.AGENCY
            studio.connect(organisation, purpose)
        yield studio


@pytest.fixture
def floor(connected: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Floor]:
    home = tmp_path / "home"
    shutil.copytree(connected.settings.home, home)
    for name, value in environment(connected.sandbox, home).items():
        monkeypatch.setenv(name, value)
    control = connected.sandbox.control
    control.clear_faults()
    control.clear_requests()
    studio = replace(connected, settings=settings_of(connected.sandbox, home))
    with dg.DagsterInstance.ephemeral() as instance:
        floor = Floor(studio, instance)
        keys = [floor.key(each) for each in EVERYBODY]
        instance.add_dynamic_partitions(ORGANISATION_PARTITIONS_NAME, keys)
        yield floor


def check(result: dg.ExecuteInProcessResult, name: str) -> dg.AssetCheckEvaluation:
    (found,) = (e for e in result.get_asset_check_evaluations() if e.check_name == name)
    return found


def test_a_run_without_a_partition_reads_the_organisations_it_names(floor: Floor) -> None:
    assert floor.run(["agency", "client"]).success
    assert floor.asked() == {"agency", "client"}
    assert floor.marked("organisation") == {"agency", "client"}


def test_naming_none_means_all_that_may_be_read(floor: Floor) -> None:
    floor.must_reconnect("client")
    assert floor.run().success
    assert floor.asked() == {"agency", "abroad"}


def test_a_table_is_marked_when_an_organisation_is_in_it_for_the_first_time_and_when_it_changes(
    floor: Floor,
) -> None:
    floor.run(["agency", "client"])
    assert floor.marked("invoices") == {"agency", "client"}, "of the client there are none"
    again = floor.run(["agency", "client"])
    marks = [
        (event.asset_key.path[-1], event.partition)
        for event in again.get_asset_materialization_events()
        if event.asset_key and event.partition
    ]
    assert sorted(marks) == sorted(
        ("organisation", floor.key(each)) for each in ("agency", "client")
    ), "nothing has changed, and each was read"


def test_an_organisation_that_fails_is_named_by_a_check_while_the_run_goes_on(
    floor: Floor,
) -> None:
    floor.must_reconnect("client")
    result = floor.run(["client", "agency"])
    failed = check(result, "every_organisation_read")
    assert result.success
    assert not failed.passed
    assert failed.description == f"Not read: {CLIENT}."
    assert "xero-pipeline connections reconnect" in str(failed.metadata[CLIENT].value)
    assert floor.marked("contacts") == {"agency"}


def test_a_run_in_which_nobody_can_be_read_fails(floor: Floor) -> None:
    floor.must_reconnect("client")
    assert not floor.run(["client"]).success


@pytest.mark.parametrize(
    ("error", "allow_retries"),
    [(NeedsReconnect(CLIENT), False), (XeroUnavailable(CLIENT, "a 503"), True)],
    ids=["what a person has to mend", "what may pass"],
)
def test_dagster_tries_again_what_may_pass(error: XeroError, allow_retries: bool) -> None:
    deliveries = Deliveries()
    deliveries.add(SyncFailure("id", "key", CLIENT, error))
    assert deliveries.failure().allow_retries is allow_retries


def test_a_chosen_partition_that_fails_fails_its_run(floor: Floor) -> None:
    floor.must_reconnect("client")
    assert not floor.run(partition="client").success
    assert floor.run(partition="agency").success
    assert floor.marked("contacts") == {"agency"}


def test_less_than_there_was_is_a_warning_with_what_was_expected(floor: Floor) -> None:
    floor.run(["agency"])
    floor.studio.sandbox.control.fault("empty", path="/Accounts", times=2)
    result = floor.run(["agency"])
    warned = check(result, "nothing_missing")
    assert result.success
    assert (warned.passed, warned.severity) == (False, dg.AssetCheckSeverity.WARN)
    table = warned.metadata["alarms"]
    assert isinstance(table, dg.TableMetadataValue)
    (alarm,) = (dict(record.data) for record in table.records)
    assert alarm == {
        "organisation": AGENCY,
        "endpoint": "accounts",
        "expected": len(harbour.CHART),
        "actual": 0,
    }
