"""Listings filter, order, page and trim as Xero's do. Over HTTP, on three invoices:

INV-001 AUTHORISED, due 100.00; INV-002 VOIDED, due 200.00; INV-003 AUTHORISED, due 300.00,
updated on 1 January 2026 at 09:01, 09:02 and 09:03 UTC (and 5 ms).
"""

from __future__ import annotations

import datetime as dt

import pytest

from xero_pipeline.sandbox.api.catalogue import BY_PATH, Shape
from xero_pipeline.sandbox.api.collection import Collection
from xero_pipeline.sandbox.api.listing import ListingRules, Query, list_rows
from xero_pipeline.sandbox.contract import Row
from xero_pipeline.sandbox.events import ContactChanged
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline_tests.sandbox.xero_client import XeroClient

FIRST_EDIT = dt.datetime(2026, 1, 1, 9, 0, tzinfo=dt.UTC)

# --- paging ---------------------------------------------------------------------------------------


def test_a_page_says_which_of_how_many_it_is(xero: XeroClient) -> None:
    answer = xero.get("Invoices?page=1&pageSize=2").json()

    assert answer["pagination"] == {"page": 1, "pageSize": 2, "pageCount": 2, "itemCount": 3}
    assert [row["InvoiceNumber"] for row in answer["Invoices"]] == ["INV-001", "INV-002"]


def test_past_the_last_page_there_is_an_empty_list(xero: XeroClient) -> None:
    answer = xero.get("Invoices?page=3&pageSize=2")

    assert answer.status_code == 200
    assert answer.json()["Invoices"] == []


@pytest.mark.parametrize(("asked", "given"), [("0", 1), ("5000", 1000), ("-3", 1), ("1000", 1000)])
def test_the_page_size_is_clamped(xero: XeroClient, asked: str, given: int) -> None:
    pagination = xero.get(f"Invoices?page=1&pageSize={asked}").json()["pagination"]

    assert pagination["pageSize"] == given


def test_parameters_xero_does_not_know_are_ignored_and_the_page_size_stays_100(
    xero: XeroClient,
) -> None:
    pagination = xero.get("Invoices?page=1&page_size=2").json()["pagination"]

    assert (pagination["pageSize"], pagination["itemCount"]) == (100, 3)


def test_parameter_and_path_names_are_read_in_any_case(xero: XeroClient) -> None:
    answer = xero.get("invoices?PAGE=1&PageSize=2").json()

    assert answer["pagination"]["pageSize"] == 2


def test_a_page_shows_lines_and_a_listing_without_paging_does_not(xero: XeroClient) -> None:
    paged = xero.get("Invoices?page=1").json()
    unpaged = xero.get("Invoices").json()

    assert len(paged["Invoices"][0]["LineItems"]) == 1
    assert unpaged["Invoices"][0]["LineItems"] == []
    assert "pagination" not in unpaged


def test_a_single_record_is_full(xero: XeroClient) -> None:
    (invoice,) = xero.get("Invoices/INV-002").json()["Invoices"]

    assert len(invoice["LineItems"]) == 1
    assert xero.get(f"Invoices/{invoice['InvoiceID']}").json()["Invoices"] == [invoice]


def test_statuses_and_summary_only_force_paging(xero: XeroClient) -> None:
    voided = xero.get("Invoices?Statuses=VOIDED").json()
    summary = xero.get("Invoices?summaryOnly=true").json()

    assert voided["pagination"]["itemCount"] == 1
    assert summary["pagination"]["itemCount"] == 3
    assert {"Payments", "HasAttachments", "LineItems"}.isdisjoint(summary["Invoices"][0])


def test_an_unpaged_contact_lacks_what_only_pages_show(xero: XeroClient) -> None:
    unpaged = xero.get("Contacts").json()["Contacts"][0]
    paged = xero.get("Contacts?page=1").json()["Contacts"][0]

    assert "Balances" not in unpaged
    assert unpaged["ContactGroups"] == []
    assert paged["ContactGroups"] == [{"Name": "VIP"}]


# --- order and filters ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("order=InvoiceNumber DESC", ["INV-003", "INV-002", "INV-001"]),
        ("order=Status", ["INV-001", "INV-003", "INV-002"]),
        ('where=Status=="AUTHORISED"', ["INV-001", "INV-003"]),
        ('where=status="voided"', ["INV-002"]),
        ("where=AmountDue>=200 AND AmountDue<300", ["INV-002"]),
        ("where=AmountDue==100 OR AmountDue==300.00", ["INV-001", "INV-003"]),
        ("where=DueDate>DateTime(2026,2,3)", ["INV-003"]),
        ('where=Contact.Name=="Ada" && (AmountDue=200||AmountDue=300)', ["INV-002", "INV-003"]),
        ('where=Contact.ContactID==guid("00000000-0000-0000-0000-000000000000")', []),
        ("where=HasAttachments==true", ["INV-001"]),
        ("where=HasAttachments", ["INV-001"]),
        ("where=Reference!=null", []),
        ("InvoiceNumbers=INV-001,inv-003", ["INV-001", "INV-003"]),
        ("Statuses=VOIDED,DELETED", ["INV-002"]),
        ("searchTerm=v-003", ["INV-003"]),
        ("createdByMyApp=true", []),
    ],
)  # fmt: skip
def test_filters_and_orders(xero: XeroClient, query: str, numbers: list[str]) -> None:
    assert xero.numbers(query.replace("&&", "%26%26")) == numbers


@pytest.mark.parametrize(
    "query",
    [
        "where=Status==",
        "where=Status LIKE 5",
        'where="A"=="A"',
        "where=Date>DateTime(2026,13,1)",
        "where=(Status==null",
        "order=Status UPWARDS",
        "page=two",
    ],
)
def test_what_cannot_be_read_is_a_query_parse_exception(xero: XeroClient, query: str) -> None:
    answer = xero.get(f"Invoices?{query}")

    assert answer.status_code == 400
    assert answer.json()["Type"] == "QueryParseException"


def test_archived_contacts_hide_unless_asked_for(xero: XeroClient) -> None:
    def names(query: str) -> list[str]:
        return [row["Name"] for row in xero.get(f"Contacts?{query}").json()["Contacts"]]

    assert sorted(names("")) == ["Ada", "Bea"]
    assert sorted(names("includeArchived=true")) == ["Ada", "Bea", "Old"]


def test_deleted_transfers_hide_unless_asked_for(xero: XeroClient) -> None:
    assert xero.get("BankTransfers").json()["BankTransfers"] == []
    assert len(xero.get("BankTransfers?includeDeleted=true").json()["BankTransfers"]) == 1


# --- If-Modified-Since ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "numbers"),
    [
        ("2026-01-01T09:02:00", ["INV-002", "INV-003"]),
        ("2026-01-01T09:02:00.900Z", ["INV-002", "INV-003"]),
        ("2026-01-01T09:02:01", ["INV-003"]),
        ("2026-01-01T22:02:01+13:00", ["INV-003"]),
        ("Thu, 01 Jan 2026 09:02:01 GMT", ["INV-003"]),
        ("2050-01-01T00:00:00", []),
        ("last week", ["INV-001", "INV-002", "INV-003"]),
    ],
)
def test_only_what_changed_in_that_second_or_later(
    xero: XeroClient, header: str, numbers: list[str]
) -> None:
    answer = xero.get("Invoices?page=1", **{"If-Modified-Since": header})

    assert answer.status_code == 200
    assert [row["InvoiceNumber"] for row in answer.json()["Invoices"]] == numbers


def test_endpoints_without_a_filter_ignore_the_header(xero: XeroClient) -> None:
    answer = xero.get("Organisation", **{"If-Modified-Since": "2050-01-01T00:00:00"})

    assert len(answer.json()["Organisations"]) == 1


# --- rules that can be switched -------------------------------------------------------------------


def test_too_many_documents_at_once_are_refused_and_pages_are_not(
    sandbox: RunningSandbox, xero: XeroClient
) -> None:
    sandbox.control.rules(high_volume=2)

    refused = xero.get("Invoices")
    assert (refused.status_code, refused.json()["ErrorNumber"]) == (400, 51)
    assert xero.get("Invoices?where=Total==1&page=1").status_code == 400
    assert xero.get("Invoices?page=1").status_code == 200
    assert xero.get("Invoices?page=1&order=InvoiceID").status_code == 200


def test_an_edit_between_two_pages_makes_a_record_slip_past(
    sandbox: RunningSandbox, xero: XeroClient
) -> None:
    """One contact a page: the first is edited, goes to the end, and the other is never seen."""

    def listed(page: int) -> str:
        answer = xero.get(f"Contacts?page={page}&pageSize=1").json()
        return str(answer["Contacts"][0]["Name"])

    edited = listed(1)
    renamed = ContactChanged(at=sandbox.control.now(), key=edited, name="Renamed")
    sandbox.control.fault("edit_after", path="Contacts", organisation="agency", events=[renamed])

    assert (listed(1), listed(2)) == (edited, "Renamed")

    undone = ContactChanged(at=FIRST_EDIT, key=edited, name=edited)
    sandbox.control.apply("agency", [undone])


def test_an_order_may_disable_the_paging_of_manual_journals_as_seen_in_2022() -> None:
    rows: list[Row] = [
        {"ManualJournalID": str(number), "UpdatedDateUTC": FIRST_EDIT, "JournalLines": [{}]}
        for number in range(3)
    ]
    query = Query.of({"page": "1", "pageSize": "2", "order": "Narration"}.items())

    def listed(rules: ListingRules) -> tuple[int, Shape]:
        listing = list_rows(Collection(BY_PATH["manualjournals"], rows), query, None, rules)
        return len(listing.rows), listing.shape

    assert listed(ListingRules()) == (2, Shape.PAGE)
    defect = ListingRules(manual_journals_order_disables_paging=True)
    assert listed(defect) == (3, Shape.SUMMARY)
