"""What can go wrong on the way from Xero, each at the second of three pages of invoices.

One organisation for every fault, all synced at once: what befalls one does not touch the others.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from xero_pipeline.connections import Connection, Purpose, Status
from xero_pipeline.sandbox.faults import FaultKind
from xero_pipeline.sync import OrganisationSync, SyncFailure
from xero_pipeline.xero.errors import (
    ConcurrentLimitReached,
    DailyLimitReached,
    MalformedPage,
    MinuteLimitReached,
    OrganisationOffline,
    XeroMaintenance,
    XeroUnavailable,
)
from xero_pipeline_tests.sandbox.books.harbour import invoice
from xero_pipeline_tests.studio import NOW, Studio, settings_of, small_book, small_sandbox
from xero_pipeline_tests.xero.double import TestClock

pytestmark = pytest.mark.long

INVOICES = {"invoices"}
NUMBERS = ["INV-1", "INV-2", "INV-3"]
HOURS = 4 * 3600


@dataclass(frozen=True)
class Case:
    """A fault and what comes of it.

    Attributes:
        times: how often in a row it strikes; None: for ever.
        seconds: of a Retry-After.
        ends: the error that the sync ends with; None: it completes.
        asked: requests for invoices, of which three are the pages.
    """

    kind: FaultKind
    times: int | None
    ends: type[Exception] | None
    asked: int
    seconds: float = 1.0

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.times or 'always'}".replace("_", "-")

    @property
    def asked_next(self) -> int:
        """An increment; before it the two pages that were not landed."""
        return 1 if self.ends is None else 3


CASES = (
    Case("truncated", 1, None, asked=4),
    Case("truncated", None, MalformedPage, asked=4),
    Case("connection_closed", 1, None, asked=4),
    Case("connection_closed", None, XeroUnavailable, asked=4),
    Case("connection_reset", 1, None, asked=4),
    Case("connection_reset", None, XeroUnavailable, asked=4),
    Case("dropped", 1, None, asked=4),
    Case("dropped", None, XeroUnavailable, asked=4),
    Case("no_answer", 1, None, asked=4),
    Case("server_error", 1, None, asked=4),
    Case("server_error", None, XeroUnavailable, asked=4),
    Case("unavailable", 1, None, asked=4),
    Case("unavailable", None, XeroUnavailable, asked=4),
    Case("maintenance", None, XeroMaintenance, asked=2),
    Case("organisation_offline", None, OrganisationOffline, asked=2),
    Case("rate_limit_minute", 1, None, asked=4, seconds=20),
    Case("rate_limit_minute", None, MinuteLimitReached, asked=4, seconds=20),
    Case("rate_limit_concurrent", 1, None, asked=4),
    Case("rate_limit_concurrent", None, ConcurrentLimitReached, asked=4),
    Case("rate_limit_app_minute", 1, None, asked=4),
    Case("rate_limit_day", None, DailyLimitReached, asked=2, seconds=HOURS),
)


@dataclass(frozen=True)
class Outcome:
    """Of all organisations, by key: one sync under faults, and the ordinary one on the next day.

    Attributes:
        asked, asked_next: requests for invoices.
        connections: as the first sync left them.
        began_at: when the sync under faults was asked for.
    """

    results: Mapping[str, OrganisationSync | SyncFailure]
    asked: Counter[str]
    connections: Mapping[str, Connection]
    next_results: Mapping[str, OrganisationSync | SyncFailure]
    asked_next: Counter[str]
    numbers: Mapping[str, list[str]]
    began_at: dt.datetime = field(default=NOW)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    books = [
        small_book(case.key, case.key, "NZD", [invoice(number, 100) for number in NUMBERS])
        for case in CASES
    ]
    with small_sandbox(books) as sandbox:
        home = tmp_path_factory.mktemp("home")
        settings = settings_of(sandbox, home, page_size=1, answer_seconds=4)
        yield run(Studio(sandbox, settings, TestClock(NOW)))


def run(studio: Studio) -> Outcome:
    tenants = {case.key: studio.sandbox.control.tenant_id(case.key) for case in CASES}
    for key in tenants:
        studio.connect(key, Purpose.CLIENT)
    for case in CASES:
        studio.sandbox.control.fault(
            case.kind,
            path="/Invoices",
            organisation=case.key,
            skip=1,
            times=case.times,
            seconds=case.seconds,
        )
    studio.sandbox.control.clear_requests()
    results = sync(studio, tenants)
    asked = invoices_asked(studio, tenants)
    with studio.connections() as known:
        connections = {each.organisation_name: each for each in known.connections()}
    studio.sandbox.control.clear_faults()
    studio.sandbox.control.clear_requests()
    studio.advance(days=1)
    next_results = sync(studio, tenants)
    return Outcome(
        results,
        asked,
        connections,
        next_results,
        invoices_asked(studio, tenants),
        {key: numbers(studio, tenant) for key, tenant in tenants.items()},
    )


def sync(
    studio: Studio, tenants: Mapping[str, str]
) -> Mapping[str, OrganisationSync | SyncFailure]:
    results = studio.syncs(list(tenants.values()), only=INVOICES)
    return {each.organisation_name: each for each in results}


def invoices_asked(studio: Studio, tenants: Mapping[str, str]) -> Counter[str]:
    keys = {tenant: key for key, tenant in tenants.items()}
    return Counter(
        keys[str(each["tenant"])]
        for each in studio.sandbox.control.requests()
        if str(each["path"]).endswith("/Invoices")
    )


def numbers(studio: Studio, tenant: str) -> list[str]:
    sql = f"select invoice_number from raw.invoices where organisation_id = '{tenant}' order by all"
    return [number for (number,) in studio.rows(sql)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_a_fault_ends_in_a_whole_sync_or_in_a_clean_stop(outcome: Outcome, case: Case) -> None:
    result = outcome.results[case.key]
    ended = type(result.error) if isinstance(result, SyncFailure) else None
    assert (ended, outcome.asked[case.key]) == (case.ends, case.asked)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_the_next_ordinary_sync_goes_on_where_this_one_stopped(
    outcome: Outcome, case: Case
) -> None:
    result = outcome.next_results[case.key]
    assert isinstance(result, OrganisationSync)
    assert outcome.asked_next[case.key] == case.asked_next
    assert outcome.numbers[case.key] == NUMBERS


def test_the_connection_says_when_it_goes_on(outcome: Outcome) -> None:
    waiting = outcome.connections["rate-limit-day-always"]
    failure = outcome.results["rate-limit-day-always"]
    assert isinstance(failure, SyncFailure)
    assert waiting.status is Status.RATE_LIMITED
    assert waiting.resume_at == failure.resume_at
    assert waiting.resume_at is not None
    assert waiting.resume_at >= outcome.began_at + dt.timedelta(seconds=HOURS)


def test_the_connection_says_what_happened(outcome: Outcome) -> None:
    statuses = {case.key: outcome.connections[case.key].status for case in CASES}
    # A limit of seconds may be over by the time that anybody looks.
    short = {"rate-limit-minute-always", "rate-limit-concurrent-always"}
    healthy = {key for key, status in statuses.items() if status is Status.HEALTHY}
    assert healthy - short == {case.key for case in CASES if case.ends is None} - short
    assert statuses["organisation-offline-always"] is Status.UNREACHABLE


def test_an_access_token_that_dies_in_the_middle_of_a_walk_is_renewed(tmp_path: Path) -> None:
    books = [small_book("agency", "Harbour", "NZD", [invoice(each, 100) for each in NUMBERS])]
    with small_sandbox(books) as sandbox:
        studio = Studio(sandbox, settings_of(sandbox, tmp_path, page_size=1), TestClock(NOW))
        studio.connect("agency", Purpose.AGENCY)
        sandbox.control.fault("token_expired", path="/Invoices", skip=1)
        sandbox.control.clear_requests()
        studio.sync(only=INVOICES)
        assert studio.asked() == ["Invoices"] * 4 + ["Organisation"]
        assert numbers(studio, studio.agency) == NUMBERS


def test_the_days_calls_end_in_the_middle_of_a_walk(tmp_path: Path) -> None:
    """Four are left after connecting: the organisation and three of five pages.

    After the other two comes an increment from the day on which the first were read.
    """
    books = [small_book("agency", "Harbour", "NZD", [invoice(f"INV-{n}", n) for n in range(1, 6)])]
    with small_sandbox(books) as sandbox:
        settings = settings_of(sandbox, tmp_path, page_size=1, daily_call_limit=5)
        studio = Studio(sandbox, settings, TestClock(NOW))
        studio.connect("agency", Purpose.AGENCY)
        sandbox.control.clear_requests()
        with pytest.raises(DailyLimitReached, match="2026-04-02 00:00 UTC"):
            studio.sync(only=INVOICES)
        assert studio.asked() == ["Invoices"] * 3 + ["Organisation"]
        studio.advance(days=1)
        sandbox.control.clear_requests()
        studio.sync(only=INVOICES)
        pages = [each["query"] for each in sandbox.control.requests() if each["query"]]
        assert [parse_qs(str(query))["page"] for query in pages] == [["4"], ["5"], ["1"]]
        assert numbers(studio, studio.agency) == [f"INV-{n}" for n in range(1, 6)]
