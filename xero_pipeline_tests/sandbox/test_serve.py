"""A sandbox goes on living where it stopped, and time in it passes as asked."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
import requests

from xero_pipeline.sandbox.__main__ import main
from xero_pipeline.sandbox.books import Book
from xero_pipeline.sandbox.books.errors import Refused
from xero_pipeline.sandbox.clock import Clock
from xero_pipeline.sandbox.event_json import event_from_json, event_to_json
from xero_pipeline.sandbox.events import (
    ContactChanged,
    CurrencyAdded,
    Event,
    InvoiceRaised,
    Line,
    PaymentMade,
    UserAdded,
)
from xero_pipeline.sandbox.serve import RunningSandbox, SandboxSettings, start
from xero_pipeline.sandbox.world import Organisation, World
from xero_pipeline_tests.conftest import DEMO_NOW
from xero_pipeline_tests.sandbox.books.harbour import OPENED, organisation_opened
from xero_pipeline_tests.sandbox.conftest import NOW, StartSandbox
from xero_pipeline_tests.sandbox.fake_book import FakeBook
from xero_pipeline_tests.sandbox.xero_client import XeroClient

DAY = dt.timedelta(days=1)

# --- time -----------------------------------------------------------------------------------------


def test_a_frozen_clock_stands_until_it_is_moved() -> None:
    clock = Clock(NOW, frozen=True)
    assert clock.now() == NOW

    clock.advance(dt.timedelta(hours=2))

    assert clock.now() == NOW + dt.timedelta(hours=2)


def test_a_running_clock_keeps_pace_from_where_it_was_set() -> None:
    clock = Clock(NOW)

    clock.advance(DAY)

    assert NOW + DAY <= clock.now() < NOW + DAY + dt.timedelta(hours=1)


def renamed(day: int, name: str, of: str = "Ada") -> ContactChanged:
    return ContactChanged(at=NOW + day * DAY, key=of, name=name)


def world_of(plan: Sequence[Event]) -> tuple[World, str]:
    book = FakeBook("agency", [])
    organisation = Organisation(book, lambda until: [e for e in plan if e.at <= until])
    return World(Clock(NOW, frozen=True), [organisation]), book.tenant_id


def name_of_ada(world: World, tenant: str) -> object:
    with world.open(tenant) as book:
        return book.rows("Contacts")[0]["Name"]


def test_life_goes_on_as_the_clock_does_beyond_what_was_planned_at_first() -> None:
    world, tenant = world_of([renamed(1, "Ada B"), renamed(90, "Ada C")])
    assert name_of_ada(world, tenant) == "Ada"

    world.clock.advance(DAY)
    assert name_of_ada(world, tenant) == "Ada B"

    world.clock.advance(89 * DAY)
    assert name_of_ada(world, tenant) == "Ada C"
    assert [type(event) for event in world.history(tenant)] == [ContactChanged] * 2


def test_a_plan_that_the_book_refuses_is_an_error() -> None:
    world, tenant = world_of([renamed(1, "Zed B", of="Zed")])
    world.clock.advance(DAY)

    with pytest.raises(Refused), world.open(tenant):
        pass


def test_planned_events_that_somebody_made_impossible_do_not_happen() -> None:
    world, tenant = world_of([renamed(1, "Zed B", of="Zed"), renamed(1, "Ada C")])
    world.apply(tenant, [renamed(0, "Ada B")])
    world.clock.advance(DAY)

    assert name_of_ada(world, tenant) == "Ada C"
    assert world.history(tenant) == [renamed(0, "Ada B"), renamed(1, "Ada C")]


def test_the_truth_follows_from_what_has_happened(shared_demo: RunningSandbox) -> None:
    truth = shared_demo.control.truth()["agency"]

    assert truth.organisation_id == shared_demo.control.tenant_id("agency")
    assert truth.as_of == DEMO_NOW.date()
    assert sum(bucket.amount_due_base for bucket in truth.ar_aging_summary) > 0


def test_a_demo_company_begins_anew_under_another_tenant_and_must_be_connected_again() -> None:
    owner = UserAdded(OPENED, "olga", "olga@example.com", "Olga", "Lowe", "STANDARD")

    def cast(seed: int, first_day: dt.date) -> Sequence[Organisation]:
        opened = organisation_opened()
        return [Organisation(Book(opened), lambda until: [owner], [opened])]

    settings = SandboxSettings(until=NOW, auto_consent=("harbour",), limits=False)
    with start(settings, cast) as sandbox:
        before = XeroClient.connected(sandbox)
        sandbox.control.apply("harbour", [CurrencyAdded(NOW, "USD", "United States Dollar")])
        assert len(before.get("Currencies").json()["Currencies"]) == 1

        tenant = sandbox.control.reset_demo("harbour")

        assert before.get("Organisation").status_code == 403
        sandbox.control.consent(["harbour"])
        after = XeroClient.connected(sandbox)
        assert after.tenant == tenant == sandbox.control.tenant_id("harbour") != before.tenant
        assert after.get("Currencies").json()["Currencies"] == []


# --- events as JSON -------------------------------------------------------------------------------


def test_an_event_survives_the_way_through_json() -> None:
    line = Line("Design", Decimal("1.5"), Decimal("80.00"), "200", tracking=(("Team", "Web"),))
    event = InvoiceRaised(
        at=NOW,
        key="INV-1",
        type="ACCREC",
        number="INV-1",
        contact="Ada",
        date=NOW.date(),
        due_date=None,
        lines=(line,),
        currency="NZD",
    )

    assert event_from_json(json.loads(json.dumps(event_to_json(event))), NOW) == event


def test_an_event_without_an_instant_happens_now() -> None:
    data = {
        "event": "PaymentMade", "key": "p", "target_kind": "Invoice", "target": "INV-1",
        "account_code": "090", "date": "2026-04-01", "amount": "12.50",
    }  # fmt: skip

    event = event_from_json(data, NOW)

    assert isinstance(event, PaymentMade)
    assert (event.at, event.amount) == (NOW, Decimal("12.50"))


@pytest.mark.parametrize("data", [{"event": "Miracle"}, {"event": "ItemDeleted"}])
def test_what_is_no_event_is_refused_by_the_control_endpoint(
    sandbox: RunningSandbox, data: dict[str, str]
) -> None:
    answer = requests.post(
        f"{sandbox.url}/sandbox/events",
        json={"organisation": "agency", "events": [data]},
        timeout=30,
    )

    assert answer.status_code == 400
    assert answer.json()["error"]


# --- restarts -------------------------------------------------------------------------------------


def settings_with(state: Path, **changes: object) -> SandboxSettings:
    settings = SandboxSettings(state=state, auto_consent=("agency",), limits=False)
    return dataclasses.replace(settings, **changes)  # type: ignore[arg-type]


def test_a_restart_continues_the_same_life_some_days_later(
    start_sandbox: StartSandbox, tmp_path: Path
) -> None:
    first = start_sandbox(settings_with(tmp_path, seed=3, start=dt.date(2025, 1, 1)))
    stopped = first.control.now()
    first.stop()

    second = start_sandbox(settings_with(tmp_path, extra_days=10))

    assert second.control.now() >= stopped + 10 * DAY
    assert second.client_id == first.client_id
    saved = json.loads((tmp_path / "sandbox.json").read_text())
    assert (saved["seed"], saved["start"]) == (3, "2025-01-01")


def test_another_seed_in_the_same_folder_is_refused(
    start_sandbox: StartSandbox, tmp_path: Path
) -> None:
    start_sandbox(settings_with(tmp_path, seed=3)).stop()

    with pytest.raises(ValueError, match="holds the life of seed 3"):
        start_sandbox(settings_with(tmp_path, seed=4))


def test_reset_empties_the_folder(start_sandbox: StartSandbox, tmp_path: Path) -> None:
    start_sandbox(settings_with(tmp_path, seed=3)).stop()

    assert main(["reset", "--state", str(tmp_path)]) == 0

    assert list(tmp_path.iterdir()) == []


# --- the command ----------------------------------------------------------------------------------


def test_the_command_prints_its_address_and_its_apps_and_serves(tmp_path: Path) -> None:
    command = [
        sys.executable, "-m", "xero_pipeline.sandbox", "serve",
        "--state", str(tmp_path), "--start", "2026-08-01", "--until", "2026-09-01",
        "--auto-consent", "--redirect-uri", "http://localhost:9/callback", "--tier", "core",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            heading, details = process.stdout.readline(), json.loads(process.stdout.readline())
            overview = requests.get(f"{details['url']}/sandbox", timeout=30).json()
        finally:
            process.terminate()

    assert heading == f"Xero sandbox: {details['url']}\n"
    assert details["redirect_uris"] == ["http://localhost:9/callback"]
    assert overview["now"] == "2026-09-01T00:00:00Z"
    assert [item["key"] for item in overview["organisations"]] == ["agency", "client"]
    assert set(json.loads((tmp_path / "truth.json").read_text())) == {"agency", "client"}
    assert process.returncode == 0


def test_a_taken_port_is_said_plainly(
    sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    port = sandbox.url.rpartition(":")[2]

    status = main(["serve", "--port", port, "--start", "2026-08-01", "--until", "2026-08-02"])

    assert status == 1
    assert "in use" in capsys.readouterr().err


def test_two_organisations_may_be_connected_by_two_people(sandbox: RunningSandbox) -> None:
    agency = XeroClient.connected(sandbox)
    sandbox.control.consent(["client"])
    client = XeroClient.connected(sandbox)

    names = [
        xero.get("Organisation").json()["Organisations"][0]["Name"] for xero in (agency, client)
    ]
    assert names == ["Agency Ltd", "Client Ltd"]
