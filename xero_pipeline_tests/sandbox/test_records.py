"""The sandbox says what complete listings hold, so that raw tables can be held against it."""

from __future__ import annotations

import pytest

from xero_pipeline.sandbox.events import ContactChanged
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline_tests.sandbox.conftest import NOW
from xero_pipeline_tests.sandbox.xero_client import XeroClient


def test_records_are_those_of_complete_listings_whatever_paging_hides(
    sandbox: RunningSandbox, xero: XeroClient
) -> None:
    records = sandbox.control.records("agency", with_records=True)

    contacts = xero.get("Contacts?page=1&includeArchived=true").json()["Contacts"]
    invoices = xero.get("Invoices?page=1&unitdp=4").json()["Invoices"]
    assert {id_: each.record for id_, each in records["Contacts"].items()} == {
        contact["ContactID"]: contact for contact in contacts
    }
    assert {id_: each.record for id_, each in records["Invoices"].items()} == {
        invoice["InvoiceID"]: invoice for invoice in invoices
    }
    (transfer,) = records["BankTransfers"].values()
    assert transfer.record is not None
    assert transfer.record["Status"] == "DELETED"


def test_a_hash_changes_with_its_record_alone(edited_sandbox: RunningSandbox) -> None:
    before = edited_sandbox.control.records("agency", "Contacts")["Contacts"]
    edited_sandbox.control.apply("agency", [ContactChanged(NOW, "Bea", "Bea B")])
    after = edited_sandbox.control.records("agency", "Contacts")["Contacts"]

    changed = [id_ for id_ in before if before[id_].sha256 != after[id_].sha256]
    assert len(changed) == 1
    assert after[changed[0]].updated == NOW
    assert after[changed[0]].record is None


def test_limits_and_faults_do_not_touch_it(sandbox: RunningSandbox) -> None:
    sandbox.control.fault("maintenance", times=None)

    assert len(sandbox.control.records(sandbox.control.tenant_id("agency"))["Invoices"]) == 3
    with pytest.raises(ValueError, match="No organisation is called nowhere"):
        sandbox.control.records("nowhere")
