"""Many organisations in one go: each ends for itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from xero_pipeline.connections import Purpose, Status
from xero_pipeline.connections.errors import NotConnectedHere
from xero_pipeline.sync import OrganisationSync, SyncFailure, sync_organisations
from xero_pipeline.sync.depth import Depth
from xero_pipeline.warehouse import WarehouseBusy
from xero_pipeline_tests.studio import ABROAD, AGENCY, CLIENT, Studio

INVOICES = {"invoices"}


@pytest.fixture
def three(studio: Studio) -> Studio:
    """All three organisations, connected by one person."""
    studio.connect("client", Purpose.CLIENT)
    studio.connect("abroad", Purpose.CLIENT)
    studio.sandbox.control.clear_requests()
    return studio


def key(studio: Studio, organisation: str) -> str:
    return studio.connection(organisation).organisation_key


def test_results_come_with_the_names_they_were_asked_by(three: Studio) -> None:
    """An organisation that nobody has connected is a failure of its own."""
    keys = [key(three, name) for name in (AGENCY, CLIENT, ABROAD)]
    results = {
        each.organisation_key: each for each in three.syncs([*keys, "nobody"], only=INVOICES)
    }
    assert set(results) == {*keys, "nobody"}
    assert all(isinstance(results[each], OrganisationSync) for each in keys)
    nobody = results["nobody"]
    assert isinstance(nobody, SyncFailure)
    assert isinstance(nobody.error, NotConnectedHere)
    assert three.rows("select count(distinct organisation_id) from raw.invoices") == [(2,)]
    statuses = {each: three.connection(each) for each in keys}
    assert {each.status for each in statuses.values()} == {Status.HEALTHY}
    assert all(each.last_sync_at is not None for each in statuses.values())


def test_one_that_was_disconnected_does_not_stop_the_others(three: Studio) -> None:
    three.sandbox.control.disconnect("client")
    results = {each.organisation_name: each for each in three.syncs([AGENCY, CLIENT])}
    failed = results[CLIENT]
    assert isinstance(failed, SyncFailure)
    assert isinstance(results[AGENCY], OrganisationSync)
    assert three.connection(CLIENT).status is Status.NEEDS_RECONNECT


def test_a_warehouse_that_stays_in_use_fails_all_and_keeps_what_was_landed(
    three: Studio, tmp_path: Path
) -> None:
    """The notebook that has it open is closed later; then nothing is asked for again."""
    opened: list[int] = []

    @contextmanager
    def in_use() -> Iterator[duckdb.DuckDBPyConnection]:
        opened.append(1)
        if len(opened) > 1:
            raise WarehouseBusy(tmp_path, "a notebook", 300)
        with three.warehouse() as connection:
            yield connection

    with three.connections() as connections:
        results = list(
            sync_organisations(
                connections,
                three.landing,
                in_use,
                [AGENCY, ABROAD],
                depth=Depth.NIGHTLY,
                only=INVOICES,
            )
        )
    assert [type(each) for each in results] == [SyncFailure, SyncFailure]
    assert three.asked().count("Invoices") == 2
    again = three.syncs([AGENCY, ABROAD], only=INVOICES)
    assert sum(each.rows_changed for each in again if isinstance(each, OrganisationSync)) >= 4
    assert three.rows("select count(*) from raw.invoices") == [(4,)]


def test_who_takes_no_more_results_leaves_nothing_locked(three: Studio) -> None:
    with three.connections() as connections:
        results = sync_organisations(
            connections,
            three.landing,
            three.warehouse,
            ["nobody", AGENCY],
            depth=Depth.INCREMENT,
            only=INVOICES,
        )
        assert isinstance(next(results), SyncFailure)
        results.close()  # type: ignore[attr-defined]
    assert isinstance(three.syncs([AGENCY], only=INVOICES)[0], OrganisationSync)
