"""The chart of accounts, to choose the monitored ones from."""

from __future__ import annotations

import json

import pytest

from xero_pipeline.connections import (
    Account,
    ChartOfAccounts,
    Choice,
    Connections,
    MonitoredAccount,
    document_types,
    watching,
)
from xero_pipeline.connections.errors import UnknownAccount, UnknownDocumentType
from xero_pipeline_tests.connections.conftest import Person

PAGE = json.dumps(
    {
        "Accounts": [
            {"AccountID": "2", "Code": "429", "Name": "General", "Type": "EXPENSE"},
            {"AccountID": "1", "Name": "Visa", "Type": "BANK", "Status": "ACTIVE"},
            {"AccountID": "3", "Code": "850", "Name": "Suspense", "Status": "ACTIVE"},
            {"AccountID": "4", "Code": "900", "Name": "Old Rent", "Status": "ARCHIVED"},
            {"AccountID": "5", "Code": "430", "Name": "general", "Type": "EXPENSE"},
        ]
    }
).encode()


def test_active_accounts_are_listed_by_code() -> None:
    chart = ChartOfAccounts.read(PAGE)
    assert [account.name for account in chart.accounts] == [
        "Visa",
        "General",
        "general",
        "Suspense",
    ]
    assert chart.accounts[0] == Account("1", "", "Visa", "BANK")


@pytest.mark.parametrize(("wanted", "id"), [("429", "2"), ("visa", "1"), ("SUSPENSE", "3")])
def test_an_account_is_found_by_code_or_name(wanted: str, id: str) -> None:
    assert ChartOfAccounts.read(PAGE).find(wanted).account_id == id


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [("Rent", "no active account"), ("900", "no active account"), ("General", "several accounts")],
)
def test_an_account_that_is_not_clear_is_refused(wanted: str, reason: str) -> None:
    with pytest.raises(UnknownAccount, match=reason):
        ChartOfAccounts.read(PAGE).find(wanted)


@pytest.mark.parametrize(
    ("name", "suggested"),
    [
        ("Uncategorised Expense", True),
        ("Uncategorized income", True),
        ("Suspense", True),
        ("Ask my client", True),
        ("Push to Client Hub", True),
        ("Clearing Account", True),
        ("Unknown Deposits", True),
        ("To be coded", True),
        ("Misc. Expenses", True),
        ("Unallocated Receipts", True),
        ("Task Tools", False),
        ("Sales", False),
    ],
)
def test_accounts_where_questions_wait_are_suggested(name: str, suggested: bool) -> None:
    assert Account("1", "429", name, "EXPENSE").is_suggested is suggested


def test_an_unknown_account_is_refused_with_those_that_may_be_meant() -> None:
    with pytest.raises(UnknownAccount, match="Possible are: '850 Suspense'"):
        ChartOfAccounts.read(PAGE).find("Suspence")
    with pytest.raises(UnknownAccount, match="Possible are: '850 Suspense'"):
        ChartOfAccounts.read(PAGE).find("xyz")


def test_types_are_written_as_people_write_them() -> None:
    assert document_types(["spend, accpay", "SPEND"]) == ("SPEND", "ACCPAY")
    assert document_types([]) is None


def test_a_type_that_xero_does_not_have_is_refused_with_those_it_has() -> None:
    with pytest.raises(UnknownDocumentType, match=r"'EXPENSE'.*MANUALJOURNAL"):
        document_types(["expense"])


SUSPENSE = Account("3", "850", "Suspense", "")
BEFORE = [MonitoredAccount("2", "429", "General", 30, ("SPEND",))]


def test_choosing_adds_and_leaves_the_others_as_they_are() -> None:
    after = watching(BEFORE, [SUSPENSE], Choice())
    assert after == [*BEFORE, MonitoredAccount("3", "850", "Suspense", 90, None)]


def test_choosing_again_changes_only_what_is_said() -> None:
    general = Account("2", "429", "General", "EXPENSE")
    (after,) = watching(BEFORE, [general], Choice(look_back_days=7))
    assert (after.look_back_days, after.document_types) == (7, ("SPEND",))


def test_one_that_is_dropped_is_watched_no_longer() -> None:
    assert watching(BEFORE, [], Choice(), {"2"}) == []


def test_the_chart_comes_from_xero(connections: Connections) -> None:
    Person().connect(connections)
    assert connections.chart_of_accounts("Agency Ltd").accounts == []
