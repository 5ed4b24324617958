"""The demo agency's answers contain the oddities of real traffic; others come on demand."""

from __future__ import annotations

import re

import pytest

from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline_tests.sandbox.xero_client import XeroClient


@pytest.fixture(scope="module")
def agency(shared_demo: RunningSandbox) -> XeroClient:
    shared_demo.control.reset()
    return XeroClient.connected(shared_demo)


@pytest.mark.parametrize(
    ("path", "oddity"),
    [
        ('Invoices?page=1&where=Status=="VOIDED"', r'"DueDate": "\\/Date\(0\+0000\)\\/"'),
        ('Invoices?page=1&where=Status=="DELETED"', r'"DueDate": "\\/Date\(-\d+\+0000\)\\/"'),
        ("Payments?page=1&pageSize=1000", r'"CurrencyRate": 1\.0000000000'),
        ("Payments?page=1&pageSize=1000", r'"DateString": "1970-01-01T00:00:00"'),
        ("Organisation", r'"CreatedDateUTC": "\\/Date\(\d+\)\\/"'),
        ("Reports/TrialBalance", r'"UpdatedDateUTC": "\\/Date\(\d+\)\\/"'),
    ],
)
def test_the_books_contain(agency: XeroClient, path: str, oddity: str) -> None:
    assert re.search(oddity, agency.get(path).text)


def test_some_documents_in_the_base_currency_have_no_rate(agency: XeroClient) -> None:
    invoices = agency.get("Invoices?page=1&pageSize=1000").json()["Invoices"]

    without = [row for row in invoices if "CurrencyRate" not in row]
    assert 0 < len(without) < len(invoices)
    assert {row["CurrencyCode"] for row in without} == {"NZD"}


def test_a_transfer_names_account_codes_and_rate_only_when_asked_for_alone(
    agency: XeroClient,
) -> None:
    listed = agency.get("BankTransfers").json()["BankTransfers"][0]
    (single,) = agency.get(f"BankTransfers/{listed['BankTransferID']}").json()["BankTransfers"]

    assert set(listed["FromBankAccount"]) == {"AccountID", "Name"}
    assert set(single["FromBankAccount"]) == {"AccountID", "Name", "Code"}
    assert "CurrencyRate" in single.keys() - listed.keys()


def test_a_field_of_the_future_appears_on_demand(
    shared_demo: RunningSandbox, agency: XeroClient
) -> None:
    shared_demo.control.fault("new_field", path="Items")

    items = agency.get("Items").json()["Items"]

    assert all("AnnouncedNextYear" in item for item in items)
