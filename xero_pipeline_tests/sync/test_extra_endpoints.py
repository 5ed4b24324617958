"""Endpoints that a setting switches on, from HTTP answers into their raw tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from pydantic import SecretStr

from xero_pipeline.connections import Purpose
from xero_pipeline.settings import Settings
from xero_pipeline.sync import Depth, OrganisationSync, sync_organisation
from xero_pipeline.warehouse import Landing, open_warehouse
from xero_pipeline.xero import (
    EXTRA_ENDPOINTS,
    OrganisationClient,
    OrganisationLimits,
    SlidingWindow,
)
from xero_pipeline.xero.limits import DayBudget, DayCountInMemory
from xero_pipeline_tests.sandbox.test_orders import purchase_order, quote
from xero_pipeline_tests.studio import studio_at
from xero_pipeline_tests.xero.double import Double, Reply, Request, TestClock, json_reply

HARBOUR = "11111111-1111-4111-8111-111111111111"
ROOT = "/api.xro/2.0/"


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


class Organisation:
    """One at a Xero that answers whatever is put into it, with a warehouse of its own."""

    def __init__(self, xero: Double, clock: TestClock, home: Path, extra: str) -> None:
        self.xero = xero
        self._clock = clock
        self._home = home
        self._settings = Settings.model_validate(
            {"api_url": xero.url, "XERO_EXTRA_ENDPOINTS": extra, "home": home}
        )
        answer = {"Organisations": [{"OrganisationID": HARBOUR, "Timezone": "UTC"}]}
        xero.answers(ROOT + "Organisation", json_reply(answer))

    def sync(self, name: str, depth: Depth = Depth.NIGHTLY) -> OrganisationSync:
        self._clock.advance(minutes=10)
        limits = OrganisationLimits(
            organisation_id=HARBOUR,
            organisation_name="Harbour Digital",
            budget=DayBudget(1000),
            app=SlidingWindow(10_000, self._clock),
            day_count=DayCountInMemory(),
            clock=self._clock,
        )
        with OrganisationClient(
            organisation_id=HARBOUR,
            organisation_name="Harbour Digital",
            access_token=lambda rejected=None: SecretStr("token"),
            limits=limits,
            settings=self._settings,
        ) as client:
            return sync_organisation(
                client,
                Landing(self._home / "landing"),
                lambda: open_warehouse(self._home / "build.duckdb"),
                only={name},
                depth=depth,
            )

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with closing(duckdb.connect(str(self._home / "build.duckdb"), read_only=True)) as warehouse:
            return warehouse.execute(sql).fetchall()


@pytest.fixture
def xero() -> Iterator[Double]:
    with Double() as double:
        yield double


@pytest.fixture
def harbour(xero: Double, tmp_path: Path) -> Organisation:
    extra = "Quotes,PurchaseOrders,Budgets,BrandingThemes,LinkedTransactions,Journals"
    return Organisation(xero, TestClock(), tmp_path, extra)


class Ledger:
    """Journals by number, a hundred at a time, as Xero gives them."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = set(numbers)

    def __call__(self, request: Request) -> Reply:
        after = sorted(n for n in self.numbers if n > int(request.query["offset"]))
        lines = [{"NetAmount": 10.00}, {"NetAmount": -10.00}]
        journals = [
            {"JournalID": guid(n), "JournalNumber": n, "JournalLines": lines} for n in after[:100]
        ]
        return json_reply({"Journals": journals})


def offsets(harbour: Organisation) -> list[int]:
    asked = [int(request.query["offset"]) for request in harbour.xero.asked(ROOT + "Journals")]
    harbour.xero.requests.clear()
    return asked


def test_journals_are_read_on_from_the_last_number(harbour: Organisation) -> None:
    ledger = Ledger(*range(1, 151))
    harbour.xero.answers(ROOT + "Journals", ledger)
    harbour.sync("journals")
    assert offsets(harbour) == [0, 100, 150]

    ledger.numbers |= {151, 152}
    harbour.sync("journals")
    assert offsets(harbour) == [150, 152]
    numbers = harbour.rows("select journal_number from raw.journals order by all")
    assert numbers == [(number,) for number in range(1, 153)]


def test_a_number_that_shows_late_is_still_read(harbour: Organisation) -> None:
    """3 was taken before 4 and could be listed only after it."""
    ledger = Ledger(1, 2, 4)
    harbour.xero.answers(ROOT + "Journals", ledger)
    harbour.sync("journals")
    offsets(harbour)

    ledger.numbers |= {3, 5}
    harbour.sync("journals")

    assert offsets(harbour)[0] == 2
    assert harbour.rows("select count(*) from raw.journals") == [(5,)]
    harbour.sync("journals")
    assert offsets(harbour) == [5]


def test_a_number_that_never_comes_is_given_up_after_a_hundred(harbour: Organisation) -> None:
    ledger = Ledger(1, 2, *range(4, 60))
    harbour.xero.answers(ROOT + "Journals", ledger)
    harbour.sync("journals")
    ledger.numbers |= set(range(60, 160))
    harbour.sync("journals")
    offsets(harbour)

    harbour.sync("journals")
    assert offsets(harbour) == [159]


def test_a_full_sync_reads_journals_from_the_first(harbour: Organisation) -> None:
    harbour.xero.answers(ROOT + "Journals", Ledger(1, 2))
    harbour.sync("journals")
    offsets(harbour)

    harbour.sync("journals", Depth.FULL)
    assert offsets(harbour)[0] == 0


def test_journals_that_are_not_granted_are_left_out_with_the_reason(harbour: Organisation) -> None:
    refusal = {"Title": "Unauthorized", "Status": 401, "Detail": "AuthorizationUnsuccessful"}
    harbour.xero.answers(ROOT + "Journals", json_reply(refusal, 401))

    sync = harbour.sync("journals")

    assert "Advanced tier" in str(sync.skipped["journals"])
    assert harbour.rows("from raw.journals") == []


def test_linked_transactions_that_are_no_longer_listed_are_gone(harbour: Organisation) -> None:
    """Pages of a fixed size without `pagination`; the whole list says what was deleted."""
    listed = [
        {"LinkedTransactionID": guid(n), "Type": "BILLABLEEXPENSE", "Status": "DRAFT"}
        for n in range(1, 151)
    ]

    def answer(request: Request) -> Reply:
        first = (int(request.query["page"]) - 1) * 100
        return json_reply({"LinkedTransactions": listed[first : first + 100]})

    harbour.xero.answers(ROOT + "LinkedTransactions", answer)
    harbour.sync("linked_transactions")
    listed.pop()
    harbour.sync("linked_transactions")

    counted = "select count(*), count(_removed_at) from raw.linked_transactions"
    assert harbour.rows(counted) == [(150, 1)]


def test_what_is_not_switched_on_is_not_asked(xero: Double, tmp_path: Path) -> None:
    plain = Organisation(xero, TestClock(), tmp_path, extra="")

    plain.sync("quotes")

    assert {request.path for request in xero.requests} == {ROOT + "Organisation"}


def test_what_is_switched_on_is_read_from_the_sandbox_with_the_rest(tmp_path: Path) -> None:
    """On Xero's Starter tier, where journals are refused and nothing else minds."""
    paths = ",".join(endpoint.path for endpoint in EXTRA_ENDPOINTS)
    with studio_at(tmp_path / "home", extra_endpoints=paths) as studio:
        studio.connect("agency", Purpose.AGENCY)
        studio.happens(quote(1), quote(2), purchase_order("PO-1"))
        sync = studio.sync(only={endpoint.name for endpoint in EXTRA_ENDPOINTS})

        assert set(sync.skipped) == {"journals"}
        assert studio.rows("select quote_number, total from raw.quotes order by all") == [
            ("QU-1", Decimal("12.35")),
            ("QU-2", Decimal("12.35")),
        ]
        assert studio.rows("select purchase_order_number from raw.purchase_orders") == [("PO-1",)]
        assert studio.rows("from ops.unknown_fields") == []
