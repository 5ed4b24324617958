"""Journals: an offset for a cursor, a hundred at a time, for apps of the advanced tier alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.serve import RunningSandbox, SandboxSettings, start
from xero_pipeline.sandbox.world import Organisation
from xero_pipeline_tests.sandbox.books.harbour import invoice, new_book, noon, payment
from xero_pipeline_tests.sandbox.conftest import NOW
from xero_pipeline_tests.sandbox.xero_client import XeroClient

OWNER = ev.UserAdded(noon("01-02"), "olga", "olga@example.com", "Olga", "Lowe", "STANDARD")


def cast(seed: int, first_day: dt.date) -> Sequence[Organisation]:
    """120 invoices, of which the first is paid and the second voided: journals 1 to 122."""
    book = new_book(
        OWNER,
        *(invoice(f"INV-{number}", 10 + number) for number in range(1, 121)),
        payment("P-1", "INV-1", 11),
        ev.InvoiceStatusChanged(noon("03-20"), "INV-2", "VOIDED"),
    )
    return [Organisation(book, lambda until: [])]


@pytest.fixture(scope="module")
def advanced() -> Iterator[RunningSandbox]:
    settings = SandboxSettings(until=NOW, auto_consent=("harbour",), limits=False, tier="advanced")
    with start(settings, cast) as running:
        yield running


@pytest.fixture(scope="module")
def xero(advanced: RunningSandbox) -> XeroClient:
    return XeroClient.connected(advanced)


def journals(xero: XeroClient, offset: int) -> list[dict[str, Any]]:
    return list(xero.get(f"Journals?offset={offset}").json()["Journals"])


def test_what_is_numbered_above_the_offset_a_hundred_at_a_time(xero: XeroClient) -> None:
    walked = [journals(xero, offset) for offset in (0, 100, 122)]

    assert [len(part) for part in walked] == [100, 22, 0]
    numbers = [journal["JournalNumber"] for part in walked for journal in part]
    assert numbers == list(range(1, 123))


def test_every_posting_is_there_and_a_void_is_a_reversal(xero: XeroClient) -> None:
    *_, paid, voided = journals(xero, 100)
    second = journals(xero, 0)[1]

    assert (paid["SourceType"], voided["SourceType"]) == ("ACCRECPAYMENT", "ACCREC")
    assert voided["SourceID"] == second["SourceID"]
    assert voided["JournalDate"] == second["JournalDate"]
    amounts = [line["NetAmount"] for line in second["JournalLines"]]
    assert [line["NetAmount"] for line in voided["JournalLines"]] == [-each for each in amounts]
    assert sum(amounts) == 0


def test_one_alone_does_not_say_where_it_comes_from(xero: XeroClient) -> None:
    first = journals(xero, 0)[0]

    (alone,) = xero.get(f"Journals/{first['JournalID']}").json()["Journals"]

    assert first.keys() - alone.keys() == {"SourceID", "SourceType"}


def test_numbers_and_instants_do_not_have_the_same_order(xero: XeroClient) -> None:
    created = [int(journal["CreatedDateUTC"][6:19]) for journal in journals(xero, 0)]

    assert created != sorted(created)


def test_a_short_answer_need_not_be_the_last(advanced: RunningSandbox, xero: XeroClient) -> None:
    advanced.control.rules(journals_at_once=7)
    try:
        assert [len(journals(xero, offset)) for offset in (0, 7)] == [7, 7]
    finally:
        advanced.control.rules()


def test_without_the_tier_they_look_like_a_missing_scope(sandbox: RunningSandbox) -> None:
    refused = XeroClient.connected(sandbox).get("Journals")

    assert (refused.status_code, refused.json()["Detail"]) == (401, "AuthorizationUnsuccessful")
