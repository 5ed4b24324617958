"""What a sync asks for, by what is known and what the first wave brought."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

import pytest

from xero_pipeline.sync import Depth, Known, Request, calls_without_changes
from xero_pipeline.sync.plan import Plan, Source, unless_all
from xero_pipeline.warehouse import EndpointProgress
from xero_pipeline.xero import CONTACT_REPORTS, ENDPOINTS, REPORTS, Endpoint
from xero_pipeline.xero.endpoints import switched_on

YESTERDAY = dt.datetime(2026, 3, 31, 10, 0, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 4, 1, 10, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 4, 1)

ALL_DAY = {
    "accounts",
    "bank_transactions",
    "contacts",
    "credit_notes",
    "invoices",
    "items",
    "manual_journals",
    "payments",
}
"""Besides the organisation itself."""
LISTS = {"contact_groups", "currencies", "tax_rates", "tracking_categories", "users"}
FOLLOWERS = {
    "bank_transfers",
    "batch_payments",
    "overpayments",
    "prepayments",
    "repeating_invoices",
}
REPORT_NAMES = {"balance_sheet", "bank_summary", "profit_and_loss", "trial_balance"}
SOURCES: list[Source] = [*ENDPOINTS, *REPORTS]
NAMES = [each.name for each in (*SOURCES, *CONTACT_REPORTS)]

READ_YESTERDAY = Known(
    progress={e.name: EndpointProgress(modified_since=YESTERDAY) for e in ENDPOINTS},
    asked_at=dict.fromkeys(NAMES, YESTERDAY),
    reported_on=dict.fromkeys(REPORT_NAMES, TODAY),
    part_settled=("A", "B"),
)


def plan(depth: Depth, known: Known = READ_YESTERDAY, **fields: object) -> Plan:
    return replace(Plan(depth, known, TODAY), **fields)  # type: ignore[arg-type]


def first(plan: Plan) -> set[str]:
    return names(plan.first_wave())


def second(plan: Plan, *news: str) -> set[str]:
    return names(plan.second_wave(news))


def names(sources: Collection[Source]) -> set[str]:
    return {source.name for source in sources}


def endpoint(name: str) -> Endpoint:
    return next(each for each in ENDPOINTS if each.name == name)


def test_the_first_wave_by_depth() -> None:
    assert first(plan(Depth.INCREMENT)) == ALL_DAY
    assert first(plan(Depth.NIGHTLY)) == ALL_DAY | LISTS | FOLLOWERS
    assert first(plan(Depth.FULL)) == ALL_DAY | LISTS | FOLLOWERS | REPORT_NAMES


def test_nothing_changed_means_one_call_for_each_endpoint_that_can_say_so() -> None:
    """The organisation and eight more; at night the lists, the part-settled and the reports."""
    assert second(plan(Depth.INCREMENT)) == set()
    assert calls_without_changes(Depth.INCREMENT) == 1 + len(ALL_DAY) == 9
    assert calls_without_changes(Depth.NIGHTLY) == 1 + 8 + 5 + 5 + 1 + 4 == 24
    assert calls_without_changes(Depth.FULL) == 23


def test_aged_reports_are_asked_about_those_whose_turn_it_is_but_not_during_the_day() -> None:
    known = replace(READ_YESTERDAY, contacts={"aged_payables_by_contact": ("A", "B")})
    assert second(plan(Depth.NIGHTLY, known)) == {"aged_payables_by_contact"}
    assert second(plan(Depth.FULL, known)) == {"aged_payables_by_contact"}
    assert second(plan(Depth.INCREMENT, known), "invoices") == REPORT_NAMES | {
        "overpayments",
        "prepayments",
        "repeating_invoices",
    }


def test_contacts_of_the_night_are_counted_ahead() -> None:
    known = replace(READ_YESTERDAY, contacts={"aged_payables_by_contact": ("A", "B")})
    assert Request(Depth.NIGHTLY).calls_at_least(known) == 24 + 2
    assert calls_without_changes(Depth.NIGHTLY, aged_contacts=5) == 24 + 2 * 5
    assert calls_without_changes(Depth.INCREMENT, aged_contacts=5) == 9


@pytest.mark.parametrize(
    ("news", "asked"),
    [
        (["contacts"], set()),
        (["items"], set()),
        (["accounts"], REPORT_NAMES),
        (["manual_journals"], REPORT_NAMES),
        (["credit_notes"], REPORT_NAMES),
        (["payments"], REPORT_NAMES | {"batch_payments", "overpayments", "prepayments"}),
        (["invoices"], REPORT_NAMES | {"overpayments", "prepayments", "repeating_invoices"}),
        (["bank_transactions"], REPORT_NAMES | {"bank_transfers", "overpayments", "prepayments"}),
        (["contacts", "payments", "bank_transactions", "invoices"], REPORT_NAMES | FOLLOWERS),
    ],
)
def test_who_follows_whom_during_the_day(news: list[str], asked: set[str]) -> None:
    assert second(plan(Depth.INCREMENT), *news) == asked


def test_a_follower_catches_up_after_a_sync_that_broke_off_between_the_waves() -> None:
    known = replace(READ_YESTERDAY, changed_at={"payments": NOW})
    assert "batch_payments" in second(plan(Depth.INCREMENT, known))
    asked_since = replace(known, asked_at={**known.asked_at, "batch_payments": NOW})
    assert "batch_payments" not in second(plan(Depth.INCREMENT, asked_since))


def test_silence_counts_only_where_it_was_heard() -> None:
    """Payments are not asked for, so that nothing says that there is no new batch."""
    assert second(plan(Depth.INCREMENT, only={"batch_payments"})) == {"batch_payments"}
    assert second(plan(Depth.INCREMENT, only={"payments", "batch_payments"})) == set()


def test_what_was_never_read_is_asked_for_at_any_depth() -> None:
    asked_at = {name: at for name, at in READ_YESTERDAY.asked_at.items() if name != "currencies"}
    known = replace(READ_YESTERDAY, asked_at=asked_at)
    assert first(plan(Depth.INCREMENT, known)) == ALL_DAY | {"currencies"}
    everything = plan(Depth.INCREMENT, Known())
    assert first(everything) | second(everything) == names(SOURCES) - {"organisation"}


def test_reports_are_read_once_a_day_at_night_and_after_whatever_posts() -> None:
    yesterdays = replace(
        READ_YESTERDAY, reported_on=dict.fromkeys(REPORT_NAMES, dt.date(2026, 3, 31))
    )
    assert second(plan(Depth.INCREMENT, yesterdays)) == set()
    assert second(plan(Depth.NIGHTLY, yesterdays)) == REPORT_NAMES
    assert second(plan(Depth.NIGHTLY)) == set()
    assert second(plan(Depth.NIGHTLY), "invoices") == REPORT_NAMES


def test_cursors_by_depth() -> None:
    invoices, accounts, currencies = map(endpoint, ("invoices", "accounts", "currencies"))
    by_depth = {
        depth: [plan(depth).modified_since(each) for each in (invoices, accounts, currencies)]
        for depth in Depth
    }
    assert by_depth == {
        Depth.INCREMENT: [YESTERDAY, YESTERDAY, None],
        Depth.NIGHTLY: [YESTERDAY, None, None],
        Depth.FULL: [None, None, None],
    }


@pytest.mark.parametrize(
    ("name", "depth", "is_complete"),
    [
        ("accounts", Depth.INCREMENT, False),
        ("accounts", Depth.NIGHTLY, True),
        ("currencies", Depth.NIGHTLY, True),
        ("bank_transfers", Depth.NIGHTLY, True),
        ("batch_payments", Depth.NIGHTLY, False),
        ("batch_payments", Depth.FULL, True),
        ("invoices", Depth.FULL, False),
    ],
)
def test_which_answers_say_what_is_gone(name: str, depth: Depth, is_complete: bool) -> None:
    """Lists that come whole; deleted documents stay listed with their status."""
    assert plan(depth).is_complete_listing(endpoint(name)) is is_complete


def test_part_settled_invoices_are_read_by_id_at_night() -> None:
    """A full sync lists them anyway, and so does a first one."""
    asked = {depth: plan(depth).silently_changed(endpoint("invoices")) for depth in Depth}
    assert asked == {Depth.INCREMENT: (), Depth.NIGHTLY: ("A", "B"), Depth.FULL: ()}
    assert plan(Depth.NIGHTLY).silently_changed(endpoint("contacts")) == ()
    unread = replace(READ_YESTERDAY, progress={})
    assert plan(Depth.NIGHTLY, unread).silently_changed(endpoint("invoices")) == ()


def test_what_was_refused_is_tried_again_at_night() -> None:
    denied = {"manual_journals", "trial_balance"}
    by_day = plan(Depth.INCREMENT, denied=denied)
    assert first(by_day) == ALL_DAY - denied
    assert names(by_day.barred()) == denied
    assert second(by_day) == set()
    assert second(by_day, "invoices") & REPORT_NAMES == REPORT_NAMES - denied
    assert denied <= first(plan(Depth.FULL, denied=denied))


def test_extra_endpoints_are_read_at_night() -> None:
    endpoints = switched_on(["Quotes", "Journals"])
    known = replace(READ_YESTERDAY, asked_at=dict.fromkeys([*NAMES, "quotes", "journals"], NOW))
    known = replace(known, offsets={"journals": 1685})
    assert first(plan(Depth.INCREMENT, known, endpoints=endpoints)) == ALL_DAY
    by_night = plan(Depth.NIGHTLY, known, endpoints=endpoints)
    assert {"quotes", "journals"} <= first(by_night)
    journals = next(endpoint for endpoint in endpoints if endpoint.name == "journals")
    assert by_night.offset(journals) == 1685
    assert plan(Depth.FULL, known, endpoints=endpoints).offset(journals) == 0


def test_depths_cover_what_is_less_deep() -> None:
    covered = {a: [b for b in Depth if a.covers(b)] for a in Depth}
    assert covered == {
        Depth.INCREMENT: [Depth.INCREMENT],
        Depth.NIGHTLY: [Depth.INCREMENT, Depth.NIGHTLY],
        Depth.FULL: list(Depth),
    }


def test_choosing_everything_is_choosing_nothing() -> None:
    assert unless_all(NAMES) is None
    assert unless_all({"invoices"}) == {"invoices"}


def test_every_rule_of_the_catalogue_says_why_and_follows_what_is_asked_all_day() -> None:
    for source in SOURCES:
        if source.follows is not None:
            assert source.follows.reason
            assert set(source.follows.endpoints) <= ALL_DAY
