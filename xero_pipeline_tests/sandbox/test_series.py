"""Many organisations that are alike: ids of their own, one consent, one book until they differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from xero_pipeline.sandbox.events import ContactChanged, InvoiceDatesChanged, xero_id
from xero_pipeline.sandbox.series import Series
from xero_pipeline.sandbox.serve import RunningSandbox, SandboxSettings, start
from xero_pipeline_tests.sandbox.conftest import NOW, StartSandbox, fake_cast
from xero_pipeline_tests.sandbox.xero_client import SCOPES, XeroClient, consent

OFFICES = SandboxSettings(
    until=NOW, limits=False, connections=60, series=(Series("office", 60, invoices=12),)
)
_TO_WRITE = "accounting.banktransactions accounting.attachments"
FIRST, SECOND = "office:1", "office:2"


@pytest.fixture(scope="module")
def offices() -> Iterator[RunningSandbox]:
    with start(OFFICES, fake_cast) as running:
        running.control.consent([f"office:{number}" for number in range(1, 61)])
        yield running


@pytest.fixture(scope="module")
def owner(offices: RunningSandbox) -> XeroClient:
    return XeroClient.connected(offices)


def listed(owner: XeroClient, office: str, path: str) -> list[Mapping[str, Any]]:
    asking = replace(owner, tenant=xero_id(office, "Organisation", office))
    answer = asking.get(path).json()
    return list(answer[path.partition("?")[0].partition("/")[0]])


def test_one_consent_connects_all_of_them_under_names_of_their_own(
    offices: RunningSandbox, owner: XeroClient
) -> None:
    connections = owner.send("/connections").json()

    assert len({each["tenantId"] for each in connections}) == 60
    assert connections[1]["tenantName"] == "Office 0002"
    asking = replace(owner, tenant=connections[1]["tenantId"])
    (organisation,) = asking.get("Organisation").json()["Organisations"]
    assert organisation["OrganisationID"] == connections[1]["tenantId"]
    assert (organisation["Name"], organisation["ShortCode"]) == ("Office 0002", "!o0002")


def test_each_shows_the_same_records_under_ids_of_its_own(owner: XeroClient) -> None:
    first, second = (listed(owner, office, "Invoices?page=1") for office in (FIRST, SECOND))

    assert len(first) == 13
    assert [row["InvoiceNumber"] for row in first] == [row["InvoiceNumber"] for row in second]
    assert {row["InvoiceID"] for row in first}.isdisjoint(row["InvoiceID"] for row in second)
    assert first[0]["InvoiceID"] == xero_id(FIRST, "Invoice", "INV-00001")
    assert first[0]["Contact"]["ContactID"] == xero_id(FIRST, "Contact", "contact-0")


def test_records_are_asked_for_by_ids_of_its_own(owner: XeroClient) -> None:
    own, others = (xero_id(office, "Invoice", "INV-00003") for office in (SECOND, FIRST))

    (by_id,) = listed(owner, SECOND, f"Invoices/{own}")
    (by_ids,) = listed(owner, SECOND, f"Invoices?IDs={own}")
    (by_where,) = listed(owner, SECOND, f'Invoices?where=InvoiceID==guid("{own}")')

    assert by_id["InvoiceID"] == by_ids["InvoiceID"] == by_where["InvoiceID"] == own
    assert listed(owner, SECOND, f"Invoices?IDs={others}") == []


def test_what_happens_to_one_happens_to_no_other(
    offices: RunningSandbox, owner: XeroClient
) -> None:
    before = offices.control.records(SECOND, "Contacts", "Invoices")
    offices.control.apply(SECOND, [ContactChanged(NOW, "contact-0", "Renamed")])
    after = offices.control.records(SECOND, "Contacts", "Invoices")

    names = {row["Name"] for row in listed(owner, FIRST, "Contacts?page=1")}
    assert "Renamed" not in names
    assert "Renamed" in {row["Name"] for row in listed(owner, SECOND, "Contacts?page=1")}
    assert before["Invoices"].keys() == after["Invoices"].keys()
    changed = [id_ for id_, each in after["Contacts"].items() if each != before["Contacts"][id_]]
    assert changed == [xero_id(SECOND, "Contact", "contact-0")]


def test_an_increment_of_a_copy_is_empty_until_something_happens(
    offices: RunningSandbox, owner: XeroClient
) -> None:
    def changed(office: str) -> list[str]:
        asking = replace(owner, tenant=xero_id(office, "Organisation", office))
        answer = asking.get("Invoices?page=1", **{"If-Modified-Since": NOW.isoformat()}).json()
        return [row["InvoiceNumber"] for row in answer["Invoices"]]

    assert changed("office:3") == []
    edit = InvoiceDatesChanged(NOW, "INV-00002", due_date=dt.date(2026, 9, 9))
    offices.control.apply("office:3", [edit])

    assert (changed("office:3"), changed("office:4")) == (["INV-00002"], [])


def test_one_of_many_is_written_to_under_its_own_ids(offices: RunningSandbox) -> None:
    writer = XeroClient.connected(offices, scope=f"{SCOPES} {_TO_WRITE}")

    def first(office: str) -> dict[str, Any]:
        writer.tenant = xero_id(office, "Organisation", office)
        spent = writer.get('BankTransactions?page=1&unitdp=4&where=Type=="SPEND"').json()
        return dict(spent["BankTransactions"][0])

    before, elsewhere = first("office:8"), first("office:9")
    path = f"BankTransactions/{before['BankTransactionID']}"
    first("office:8")
    lines = [{**each, "Description": "Seen"} for each in before["LineItems"]]

    written = writer.post(f"{path}?unitdp=4", {**before, "LineItems": lines})
    note = writer.put(f"{path}/History", {"Details": "Seen"})
    file = writer.put(f"{path}/Attachments/a.txt", b"1")

    assert [answer.status_code for answer in (written, note, file)] == [200, 200, 200]
    [row] = written.json()["BankTransactions"]
    assert row["BankTransactionID"] == before["BankTransactionID"]
    assert row["LineItems"] == lines
    assert first("office:9") == elsewhere


@pytest.mark.parametrize(
    "path",
    ["Accounts", "BankTransactions?page=1", "BatchPayments", "BankTransfers", "ContactGroups",
     "CreditNotes?page=1", "Currencies", "Items", "ManualJournals?page=1", "Overpayments?page=1",
     "Payments?page=1", "Prepayments?page=1", "RepeatingInvoices", "TaxRates",
     "TrackingCategories", "Users", "Reports/TrialBalance"],
)  # fmt: skip
def test_there_is_something_of_everything(owner: XeroClient, path: str) -> None:
    assert listed(owner, "office:5", path)


def test_more_can_be_opened_while_it_runs(offices: RunningSandbox) -> None:
    keys = offices.control.open_series("shop", 3, invoices=1)

    assert keys == ["shop:1", "shop:2", "shop:3"]
    assert len(offices.control.records("shop:3")["Invoices"]) == 2


def test_a_tier_allows_so_many_connections_and_says_so(start_sandbox: StartSandbox) -> None:
    """Starter's are five."""
    sandbox = start_sandbox(SandboxSettings(until=NOW, series=(Series("office", 6, invoices=1),)))
    keys = [f"office:{number}" for number in range(1, 7)]

    sandbox.control.consent(keys[:5])
    assert consent(sandbox).status_code == 302
    sandbox.control.consent(keys[5:])
    refused = consent(sandbox)

    assert refused.status_code == 403
    assert "can connect to 5 organisations on its tier" in refused.text
