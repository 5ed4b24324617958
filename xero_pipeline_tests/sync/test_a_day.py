"""What a day of syncs costs one organisation, in calls, files and rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from xero_pipeline.connections import Purpose
from xero_pipeline.sync import Depth, OrganisationSync
from xero_pipeline_tests.sandbox.books.harbour import payment
from xero_pipeline_tests.studio import Studio, studio_at

ALL_DAY = [
    "Accounts",
    "BankTransactions",
    "Contacts",
    "CreditNotes",
    "Invoices",
    "Items",
    "ManualJournals",
    "Organisation",
    "Payments",
]
REPORTS = [
    "Reports/BalanceSheet",
    "Reports/BankSummary",
    "Reports/ProfitAndLoss",
    "Reports/TrialBalance",
]


@dataclass(frozen=True)
class Step:
    """One sync: what it brought, asked for, and left in the landing folder (endpoints)."""

    sync: OrganisationSync
    asked: list[str]
    landed: list[str]


@dataclass(frozen=True)
class Day:
    """The first sync; then one after nothing, one after a payment, and the night's, twice."""

    first: Step
    quiet: Step
    paid: Step
    night: Step
    second_night: Step
    tables_of_quiet: list[tuple[str, bool]]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    with studio_at(tmp_path_factory.mktemp("home")) as studio:
        studio.connect("agency", Purpose.AGENCY)
        first = step(studio, Depth.NIGHTLY)
        studio.advance(minutes=15)
        quiet = step(studio, Depth.INCREMENT)
        tables = studio.rows(
            "select endpoint, is_quiet from ops.syncs "
            "where started_at = (select max(started_at) from ops.syncs) order by all"
        )
        studio.advance(minutes=15)
        studio.happens(payment("PAY-1", "INV-1", 40, at=studio.clock.now()))
        paid = step(studio, Depth.INCREMENT)
        studio.advance(minutes=15)
        night = step(studio, Depth.NIGHTLY)
        studio.advance(days=1)
        yield Day(first, quiet, paid, night, step(studio, Depth.NIGHTLY), tables)


def step(studio: Studio, depth: Depth) -> Step:
    studio.sandbox.control.clear_requests()
    before = {batch.folder for batch in studio.landing.all()}
    sync = studio.sync(depth=depth)
    landed = [batch for batch in studio.landing.all() if batch.folder not in before]
    return Step(sync, studio.asked(), sorted(batch.manifest.endpoint for batch in landed))


def test_an_increment_without_a_change_costs_nine_calls_one_page_and_one_row(day: Day) -> None:
    assert (day.quiet.asked, day.quiet.sync.calls) == (ALL_DAY, 9)
    assert day.quiet.landed == ["organisation"]
    assert day.quiet.sync.rows_changed == 0
    assert sum(each.rows_received for each in day.quiet.sync.endpoints.values()) == 1


def test_quiet_walks_are_told_of_nevertheless(day: Day) -> None:
    """In the result with their calls, and in `ops.syncs`."""
    assert set(day.quiet.sync.endpoints) == {name for name, _ in day.tables_of_quiet}
    assert all(each.calls == 1 for each in day.quiet.sync.endpoints.values())
    assert [name for name, is_quiet in day.tables_of_quiet if not is_quiet] == ["organisation"]


def test_a_payment_costs_what_follows_from_it(day: Day) -> None:
    """It changes the payment and its invoice; batches and credits may hang on it, reports do."""
    followers = ["BatchPayments", "Overpayments", "Prepayments", "RepeatingInvoices"]
    assert day.paid.asked == sorted([*ALL_DAY, *followers, *REPORTS])
    changed = {name for name, each in day.paid.sync.endpoints.items() if each.rows_changed}
    assert (
        {"invoices", "payments"}
        <= changed
        <= {
            "balance_sheet",
            "bank_summary",
            "invoices",
            "payments",
            "profit_and_loss",
            "trial_balance",
        }
    )


def test_a_night_reads_the_lists_and_the_part_paid_invoice_but_lands_no_list_again(
    day: Day,
) -> None:
    """The reports of this day are there already, and nothing has posted since the last sync,
    though the increment begins before the payment was made and brings it again. The one contact
    that owes something is asked about every night.
    """
    assert len(day.night.asked) == 9 + 10 + 1 + 1
    assert day.night.sync.calls == 21
    assert day.night.landed == ["aged_receivables_by_contact", "invoices", "organisation"]


def test_the_first_night_of_a_new_day_reads_its_reports(day: Day) -> None:
    assert day.second_night.sync.calls == 25
    assert set(REPORTS) <= set(day.second_night.asked)


def test_the_first_sync_reads_everything_once(day: Day) -> None:
    assert day.first.sync.calls == 23
    assert len(day.first.asked) == len(set(day.first.asked)) == 23
