"""Xero's own Python SDK works against the sandbox: nobody here wrote it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from xero_python.accounting import AccountingApi
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration
from xero_python.api_client.oauth2 import OAuth2Token
from xero_python.identity import IdentityApi

from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline_tests.sandbox.xero_client import sign_in

PAGE_SIZE = 500
PAGED = (
    "contacts", "invoices", "credit_notes", "payments", "prepayments", "overpayments",
    "bank_transactions", "manual_journals", "purchase_orders",
)  # fmt: skip
UNPAGED = (
    "organisations", "accounts", "contact_groups", "batch_payments", "bank_transfers",
    "repeating_invoices", "items", "tracking_categories", "tax_rates", "currencies", "users",
    "branding_themes", "budgets", "quotes",
)  # fmt: skip


class Sdk:
    """The SDK signed in to one organisation."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self._read: dict[str, list[Any]] = {}
        tokens = sign_in(sandbox)
        configuration = Configuration(
            oauth2_token=OAuth2Token(
                client_id=sandbox.client_id, client_secret=sandbox.client_secret
            )
        )
        client = ApiClient(configuration, oauth2_token_getter=lambda: tokens)
        self.identity: Any = IdentityApi(client, base_url=sandbox.url)
        self.accounting: Any = AccountingApi(client, base_url=f"{sandbox.url}/api.xro/2.0")
        self.tenant = self.identity.get_connections()[0].tenant_id

    def pages(self, name: str) -> list[Any]:
        """All records of a paged endpoint, page by page until one is empty; read once."""
        if name in self._read:
            return self._read[name]
        read: Callable[..., Any] = getattr(self.accounting, f"get_{name}")
        found: list[Any] = []
        page = 1
        while records := getattr(read(self.tenant, page=page, page_size=PAGE_SIZE), name):
            found += records
            page += 1
        self._read[name] = found
        return found


@pytest.fixture(scope="module")
def sdk(shared_demo: RunningSandbox) -> Sdk:
    shared_demo.control.reset()
    return Sdk(shared_demo)


def test_it_lists_connections(sdk: Sdk) -> None:
    (connection,) = sdk.identity.get_connections()

    assert connection.tenant_type == "ORGANISATION"
    assert connection.tenant_name == "Harbour & Pine"


@pytest.mark.parametrize("name", PAGED)
def test_it_pages_through(sdk: Sdk, name: str) -> None:
    records = sdk.pages(name)

    ids = {getattr(record, _id_field(record)) for record in records}
    assert None not in ids
    assert len(ids) == len(records) > 0


@pytest.mark.parametrize("name", UNPAGED)
def test_it_lists(sdk: Sdk, name: str) -> None:
    answer = getattr(sdk.accounting, f"get_{name}")(sdk.tenant)

    assert getattr(answer, name)


def _id_field(record: Any) -> str:  # noqa: ANN401
    """`credit_note_id` of a CreditNote."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(record).__name__).lower() + "_id"


def test_it_reads_money_dates_and_lines(sdk: Sdk) -> None:
    sent = [invoice for invoice in sdk.pages("invoices") if invoice.status != "DELETED"]

    assert all(invoice.line_items for invoice in sent)
    assert all(isinstance(invoice.date, dt.date) for invoice in sent)
    assert all(isinstance(invoice.updated_date_utc, dt.datetime) for invoice in sent)
    live = [invoice for invoice in sent if invoice.status in ("AUTHORISED", "PAID")]
    for invoice in live:
        settled = invoice.amount_due + invoice.amount_paid + invoice.amount_credited
        assert settled == invoice.total


def test_it_filters_by_if_modified_since(sdk: Sdk) -> None:
    october = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    changed = [invoice for invoice in sdk.pages("invoices") if invoice.updated_date_utc >= october]

    listed = sdk.accounting.get_invoices(sdk.tenant, if_modified_since=october).invoices

    assert {row.invoice_id for row in listed} == {row.invoice_id for row in changed} != set()


@pytest.mark.parametrize(
    "name", ["balance_sheet", "bank_summary", "profit_and_loss", "trial_balance"]
)
def test_it_reads_the_report(sdk: Sdk, name: str) -> None:
    (report,) = getattr(sdk.accounting, f"get_report_{name}")(sdk.tenant).reports

    assert report.rows[0].row_type.value == "Header"
    assert len(report.rows) > 1


def test_it_reads_the_aged_report_of_a_contact(sdk: Sdk) -> None:
    owed = sdk.accounting.get_invoices(sdk.tenant, where='Type=="ACCREC" AND AmountDue>0').invoices
    read = sdk.accounting.get_report_aged_receivables_by_contact

    (report,) = read(sdk.tenant, owed[0].contact.contact_id).reports

    assert report.rows[0].row_type.value == "Header"


def test_it_downloads_an_attachment(shared_demo: RunningSandbox) -> None:
    shared_demo.control.consent(["client"])
    sdk = Sdk(shared_demo)
    listed = sdk.accounting.get_bank_transactions(sdk.tenant, where="HasAttachments==true")
    parent = listed.bank_transactions[0].bank_transaction_id

    (file, *_) = sdk.accounting.get_bank_transaction_attachments(sdk.tenant, parent).attachments
    path = sdk.accounting.get_bank_transaction_attachment_by_id(
        sdk.tenant, parent, file.attachment_id, file.mime_type
    )

    assert Path(path).stat().st_size == file.content_length
