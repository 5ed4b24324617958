"""What is looked at in a page before DuckDB reads it."""

import re

import pytest

from xero_pipeline.xero.pages import Envelope, NotAPage, read_envelope

AS_RECORDED = (
    b'{\r\n  "Id": "5c7a",\r\n  "Status": "OK",\r\n  "ProviderName": "Demo {app}",\r\n'
    b'  "DateTimeUTC": "\\/Date(1584585851380)\\/",\r\n'
    b'  "pagination": {\r\n    "page": 1,\r\n    "pageSize": 1000,\r\n    "pageCount": 3,\r\n'
    b'    "itemCount": 2345\r\n  },\r\n'
    b'  "Invoices": [\r\n    {\r\n      "InvoiceID": "a",\r\n      "LineItems": []\r\n    }\r\n'
    b"  ]\r\n}"
)


def test_the_counts_are_read_from_a_page_as_xero_writes_it() -> None:
    assert read_envelope(AS_RECORDED, "Invoices") == Envelope(3, 2345, is_empty=False)


def test_a_page_without_pagination_is_a_page() -> None:
    assert read_envelope(b'{"Users": [{"UserID": "u"}]}', "Users") == Envelope(None, None, False)


def test_pagination_may_follow_the_list() -> None:
    body = b'{"Invoices":[{"Total":1.00}],"pagination":{"page":1,"pageCount":1,"itemCount":1}}'
    assert read_envelope(body, "Invoices").page_count == 1


@pytest.mark.parametrize("body", [b'{"Users":[]}', b'{"Users" : [\r\n ] }\n'])
def test_an_empty_list_is_seen(body: bytes) -> None:
    assert read_envelope(body, "Users").is_empty


def test_braces_in_a_text_do_not_make_a_whole_page_look_broken() -> None:
    assert not read_envelope(b'{"Items":[{"Name":"a } and ] and {{"}]}', "Items").is_empty


@pytest.mark.parametrize(
    "whole",
    [
        AS_RECORDED.replace(b"Demo {app}", b"Demo }}"),
        re.sub(rb"\r\n +", b"\r\n", AS_RECORDED),  # printed in lines, but not indented
    ],
)
def test_a_page_cut_off_anywhere_is_refused(whole: bytes) -> None:
    assert read_envelope(whole, "Invoices").page_count == 3
    for length in range(len(whole)):
        with pytest.raises(NotAPage):
            read_envelope(whole[:length], "Invoices")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<Response><Invoices/></Response>", "it is not a JSON object"),
        (b"", "it is not a JSON object"),
        (b'[{"Invoices": []}]', "it is not a JSON object"),
        (b'{"Contacts": []}', "it has no list called Invoices"),
        (b'{"Invoices": [{"Total": 1.0}', "it ends in the middle"),
    ],
)
def test_an_answer_that_is_no_page_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(NotAPage, match=reason):
        read_envelope(body, "Invoices")
