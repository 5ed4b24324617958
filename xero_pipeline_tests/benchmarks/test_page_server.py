"""The benchmark's server speaks as Xero does, and a full sync asks it no more than it must."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from pydantic import AnyHttpUrl

from xero_pipeline.settings import Settings
from xero_pipeline.xero import ENDPOINTS
from xero_pipeline_tests.benchmarks.client import client, sign_in
from xero_pipeline_tests.benchmarks.served import API, Server, Traffic, page_server

INVOICES = next(endpoint for endpoint in ENDPOINTS if endpoint.name == "invoices")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with page_server(3_000) as running:
        yield running


def answer(server: Server, **params: int) -> requests.Response:
    return requests.get(f"{server.url}{API}/Invoices", params=params, timeout=10)


def test_a_page_has_a_hundred_invoices_unless_asked_otherwise(server: Server) -> None:
    page = answer(server, page=1).json()

    assert page["pagination"] == {"page": 1, "pageSize": 100, "pageCount": 30, "itemCount": 3_000}
    assert len(page["Invoices"]) == 100


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (900, 900), (5_000, 1_000)])
def test_the_page_size_is_kept_between_1_and_1000(server: Server, asked: int, given: int) -> None:
    assert answer(server, page=1, pageSize=asked).json()["pagination"]["pageSize"] == given


def test_the_last_page_holds_the_rest_and_the_one_after_it_nothing(server: Server) -> None:
    last, beyond = (answer(server, page=number, pageSize=900).json() for number in (4, 5))

    assert len(last["Invoices"]) == 300
    assert beyond["Invoices"] == []


def test_pages_are_written_as_xero_writes_them(server: Server) -> None:
    body = answer(server, page=1, pageSize=2).text

    assert body.startswith('{\r\n  "Id": "')
    assert re.search(r'"Date": "\\/Date\(\d+\+0000\)\\/"', body)
    assert '"CurrencyRate": 1.000000' in body
    assert '"Quantity": 2.5000' in body


def test_every_invoice_has_three_lines_that_add_up(server: Server) -> None:
    for invoice in answer(server, page=2, pageSize=10).json()["Invoices"]:
        lines = invoice["LineItems"]
        total = sum(line["LineAmount"] + line["TaxAmount"] for line in lines)

        assert len(lines) == 3
        assert total == pytest.approx(invoice["Total"])
        assert invoice["AmountDue"] + invoice["AmountPaid"] == invoice["Total"]


def test_calls_and_bytes_are_counted(server: Server) -> None:
    server.forget_traffic()
    sent = [len(answer(server, page=number).content) for number in (1, 2)]

    assert server.traffic() == Traffic(calls=2, body_bytes=sum(sent))


def test_a_full_sync_takes_one_call_for_a_thousand_invoices(server: Server, tmp_path: Path) -> None:
    settings = Settings(XERO_API_URL=AnyHttpUrl(server.url), XERO_PIPELINE_HOME=tmp_path)
    access = sign_in(server.url, server.client_id, server.client_secret)
    server.forget_traffic()

    pages = list(client(settings, access).pages(INVOICES))

    assert [page.body.count(b'"InvoiceNumber"') for page in pages] == [1_000, 1_000, 1_000]
    assert server.traffic().calls == 3
