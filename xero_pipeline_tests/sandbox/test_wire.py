"""The bytes on the wire are Xero's: checked against the form of recorded traffic."""

from __future__ import annotations

import datetime as dt
import gzip
import re
from decimal import Decimal

import pytest
import requests

from xero_pipeline.sandbox.api.wire import encode_record
from xero_pipeline.sandbox.contract import Value
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline_tests.sandbox.xero_client import XeroClient


def field(list_key: str, name: str, value: Value, unit_places: int = 2) -> str:
    """The lines of a record with one field, without the brackets around them."""
    text = encode_record(list_key, {name: value}, unit_places=unit_places, depth=0)
    return text.removeprefix("{\r\n  ").removesuffix("\r\n}").replace("\r\n  ", " ")


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("Total", Decimal("89"), "89.00"),
        ("Quantity", Decimal("1"), "1.0000"),
        ("UnitAmount", Decimal("33.3333"), "33.33"),
        ("CurrencyRate", Decimal("1"), "1.000000"),
        ("CurrencyRate", Decimal("0.7512345678"), "0.7512345678"),
        ("FinancialYearEndDay", 31, "31"),
        ("IsReconciled", False, "false"),
        ("Url", "https://x/y", '"https:\\/\\/x\\/y"'),
        ("Name", 'Zoë "Z"\n', '"Zoë \\"Z\\"\\n"'),
        ("Payments", [], "[]"),
        ("PaymentTerms", {}, "{}"),
    ],
)
def test_values(name: str, value: Value, text: str) -> None:
    assert field("Invoices", name, value) == f'"{name}": {text}'


def test_unit_prices_have_four_decimals_on_demand() -> None:
    assert field("Invoices", "UnitAmount", Decimal("33.3333"), 4) == '"UnitAmount": 33.3333'


def test_absent_values_and_a_false_sent_flag_are_left_out() -> None:
    record: dict[str, Value] = {"Reference": None, "SentToContact": False}

    assert encode_record("Invoices", record) == "{}"


def test_a_calendar_day_is_midnight_utc_with_its_helper_in_front() -> None:
    """Recorded: 2019-07-22 goes with 1563753600000."""
    assert field("Invoices", "Date", dt.date(2019, 7, 22)) == (
        '"DateString": "2019-07-22T00:00:00", "Date": "\\/Date(1563753600000+0000)\\/"'
    )


def test_a_day_before_1970_is_negative_and_an_unset_one_zero() -> None:
    assert (
        field("Payments", "Date", dt.date(1969, 12, 31)) == '"Date": "\\/Date(-86400000+0000)\\/"'
    )
    assert field("Payments", "Date", dt.date(1970, 1, 1)) == '"Date": "\\/Date(0+0000)\\/"'


INSTANT = dt.datetime(2018, 11, 2, 16, 31, 30, 160000, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("list_key", "name", "text"),
    [
        (
            "Invoices",
            "UpdatedDateUTC",
            '"UpdatedDateUTC": "\\/Date(1541176290160+0000)\\/", '
            '"UpdatedDateUTCString": "2018-11-02T16:31:30Z"',
        ),
        ("Accounts", "UpdatedDateUTC", '"UpdatedDateUTC": "\\/Date(1541176290160+0000)\\/"'),
        ("Organisations", "CreatedDateUTC", '"CreatedDateUTC": "\\/Date(1541176290160)\\/"'),
        (
            "BankTransfers",
            "CreatedDateUTC",
            '"CreatedDateUTCString": "2018-11-02T16:31:30", '
            '"CreatedDateUTC": "\\/Date(1541176290160+0000)\\/"',
        ),
    ],
)
def test_instants(list_key: str, name: str, text: str) -> None:
    assert field(list_key, name, INSTANT) == text


def test_the_envelope_is_pretty_printed_with_crlf(xero: XeroClient) -> None:
    answer = xero.get("Organisation")

    expected = (
        "{\r\n"
        f'  "Id": "{answer.headers["Xero-Correlation-Id"]}",\r\n'
        '  "Status": "OK",\r\n'
        '  "ProviderName": "Xero Pipeline",\r\n'
        '  "DateTimeUTC": "\\/Date(1775037600000)\\/",\r\n'
        '  "Organisations": [\r\n'
        "    {\r\n"
        '      "Name": "Agency Ltd",\r\n'
        '      "CreatedDateUTC": "\\/Date(1767258000000)\\/",\r\n'
        f'      "OrganisationID": "{xero.tenant}",\r\n'
        '      "PaymentTerms": {}\r\n'
        "    }\r\n"
        "  ]\r\n"
        "}"
    )
    assert answer.content.decode() == expected


def test_pagination_stands_before_the_list(xero: XeroClient) -> None:
    answer = xero.get("Invoices?page=9").json()

    assert list(answer) == [
        "Id", "Status", "ProviderName", "DateTimeUTC", "pagination", "Invoices",
    ]  # fmt: skip


def test_unitdp_reaches_the_lines(xero: XeroClient) -> None:
    assert '"UnitAmount": 33.33,' in xero.get("Invoices?page=1").text
    assert '"UnitAmount": 33.3333,' in xero.get("Invoices?page=1&unitdp=4").text


def test_whoever_forgets_to_ask_for_json_gets_xml(xero: XeroClient) -> None:
    answer = xero.get("Invoices", Accept="*/*")

    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.text.count("<Invoice><Type>ACCREC</Type>") == 3


def test_headers_of_an_answer(xero: XeroClient) -> None:
    headers = xero.get("Organisation").headers

    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["Date"] == headers["Expires"] == "Wed, 01 Apr 2026 10:00:00 GMT"
    assert headers["Server"] == "Kestrel"
    assert headers["Cache-Control"] == "max-age=0, no-cache, no-store"


def test_gzip_only_when_asked_and_both_lengths_are_logged(
    sandbox: RunningSandbox, xero: XeroClient
) -> None:
    sandbox.control.clear_requests()
    plain = xero.get("Invoices?page=1", **{"Accept-Encoding": "identity"})
    zipped = xero.get("Invoices?page=1", **{"Accept-Encoding": "gzip"})

    first, second = sandbox.control.requests()
    assert "Content-Encoding" not in plain.headers
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert re.sub(r'"Id": "[^"]*"', "", plain.text) == re.sub(r'"Id": "[^"]*"', "", zipped.text)
    assert (first["bytes_raw"], first["bytes_sent"]) == (len(plain.content),) * 2
    assert second["bytes_raw"] == len(plain.content)
    assert second["bytes_sent"] == int(zipped.headers["Content-Length"])
    assert second["bytes_sent"] < second["bytes_raw"]


def test_attachments_are_listed_and_their_bytes_served(xero: XeroClient) -> None:
    (file,) = xero.get("Invoices/INV-001/Attachments").json()["Attachments"]

    assert file["FileName"] == "Scope of work.pdf"
    assert file["ContentLength"] == 4
    by_id = xero.get(f"Invoices/INV-001/Attachments/{file['AttachmentID']}")
    assert (by_id.content, by_id.headers["Content-Type"]) == (b"%PDF", "application/pdf")
    by_url = requests.get(file["Url"], headers=by_id.request.headers, timeout=30)
    assert by_url.content == b"%PDF"
    assert xero.get("Invoices/INV-002/Attachments").json()["Attachments"] == []


def test_the_report_of_a_missing_contact_is_a_bad_query(xero: XeroClient) -> None:
    assert xero.get("Reports/AgedReceivablesByContact").status_code == 400
    assert xero.get("Reports/NoSuchReport").status_code == 404
    titles = xero.get("Reports/TrialBalance").json()["Reports"][0]["ReportTitles"]
    assert titles[2] == "2026-04-01"


def test_unknown_collections_and_records_are_404(xero: XeroClient) -> None:
    text = "The resource you're looking for cannot be found"

    for path in ("Spaceships", "Invoices/INV-999", "Invoices/INV-001/Spaceships"):
        answer = xero.get(path)
        assert (answer.status_code, answer.text) == (404, text)


def test_gzip_is_what_it_says(xero: XeroClient) -> None:
    answer = requests.get(
        f"{xero.url}/api.xro/2.0/Organisation",
        headers={
            "Authorization": f"Bearer {xero.access_token}",
            "Xero-Tenant-Id": xero.tenant or "",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        },
        stream=True,
        timeout=30,
    )

    assert b'"Organisations"' in gzip.decompress(answer.raw.read())
