"""What an answer changes on a document as Xero gives it, and what counts as a change since."""

from __future__ import annotations

import pytest

from xero_pipeline.tasks.recoding import (
    AccountChoice,
    Recoding,
    change,
    contents_of,
    differences,
    expected,
    is_done,
    obstacle,
)
from xero_pipeline.xero.writable import WRITABLE
from xero_pipeline.xero.writer import Document, as_json, from_json, reasons

KIND = WRITABLE["bank_transaction"]
SUSPENSE, TRAVEL, RENT = "a-850", "a-493", "a-469"
DOCUMENT = """{
  "BankTransactionID": "b-1", "Type": "SPEND", "Status": "AUTHORISED", "IsReconciled": false,
  "Contact": {"ContactID": "c-1", "Name": "Railways"},
  "BankAccount": {"AccountID": "a-090", "Code": "090", "Name": "Bank"},
  "DateString": "2026-03-08T00:00:00", "Date": "/Date(1772928000000+0000)/",
  "Reference": "card", "CurrencyCode": "NZD", "CurrencyRate": 1.000000,
  "LineAmountTypes": "Inclusive", "SubTotal": 69.56, "TotalTax": 10.44, "Total": 80.00,
  "LineItems": [
    {"LineItemID": "l-1", "Description": "Not sure", "UnitAmount": 7.5125, "Quantity": 3.9933,
     "LineAmount": 30.00, "TaxAmount": 3.91, "TaxType": "INPUT2", "AccountCode": "850",
     "AccountID": "a-850", "Tracking": [{"Name": "Region", "Option": "North",
     "TrackingCategoryID": "t-1"}]},
    {"LineItemID": "l-2", "Description": "Rent", "UnitAmount": 50.00, "Quantity": 1.0000,
     "LineAmount": 50.00, "TaxAmount": 6.53, "TaxType": "INPUT2", "AccountCode": "469",
     "AccountID": "a-469", "Tracking": []}
  ]}"""
TO_TRAVEL = Recoding((1,), {1: AccountChoice(TRAVEL, "493")}, (), None)


@pytest.fixture
def document() -> Document:
    return from_json(DOCUMENT)


def test_every_line_is_sent_as_read_but_for_the_account_of_the_task_s(document: Document) -> None:
    sent = change(KIND, document, TO_TRAVEL)

    first, second = sent["LineItems"]
    assert second == document["LineItems"][1]
    assert first == document["LineItems"][0] | {"AccountID": TRAVEL, "AccountCode": "493"}


def test_digits_arrive_as_xero_wrote_them(document: Document) -> None:
    sent = as_json(change(KIND, document, TO_TRAVEL))

    assert b'"UnitAmount": 7.5125' in sent
    assert b'"Quantity": 1.0000' in sent


def test_totals_are_xero_s_to_calculate_and_particulars_of_others_are_not_repeated(
    document: Document,
) -> None:
    sent = change(KIND, document, TO_TRAVEL)

    assert not {"SubTotal", "TotalTax", "Total", "Reference", "IsReconciled"} & set(sent)
    assert (sent["Contact"], sent["BankAccount"]) == ({"ContactID": "c-1"}, {"AccountID": "a-090"})
    assert sent["Date"] == "2026-03-08"


def test_another_contact_is_named_by_its_id(document: Document) -> None:
    recoding = Recoding((1,), {}, (), "c-2")

    sent = change(KIND, document, recoding)

    assert sent["Contact"] == {"ContactID": "c-2"}
    assert sent["LineItems"] == document["LineItems"]


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        ("DateString", "2026-03-09T00:00:00", "date"),
        ("Total", 81, "total"),
        ("CurrencyCode", "AUD", "currency"),
        ("Contact", {"ContactID": "c-2"}, "contact"),
        ("Reference", "", "reference"),
    ],
)
def test_what_changed_is_named(document: Document, field: str, value: object, name: str) -> None:
    seen = contents_of(KIND, document)

    assert differences(seen, contents_of(KIND, document | {field: value})) == (name,)


@pytest.mark.parametrize(
    "change_of_line",
    [{"AccountID": RENT}, {"Description": "Taxi"}, {"LineAmount": 31}, {"TaxAmount": 0}],
)
def test_a_line_that_says_something_else_is_a_change(
    document: Document, change_of_line: Document
) -> None:
    first, second = document["LineItems"]
    now = document | {"LineItems": [first | change_of_line, second]}

    assert differences(contents_of(KIND, document), contents_of(KIND, now)) == ("lines",)


def test_new_ids_of_lines_and_the_status_are_no_change(document: Document) -> None:
    first, second = document["LineItems"]
    now = document | {"LineItems": [first | {"LineItemID": "l-9"}, second], "Status": "X"}

    assert differences(contents_of(KIND, document), contents_of(KIND, now)) == ()


def test_a_change_is_done_when_the_task_s_lines_are_where_they_should_be(
    document: Document,
) -> None:
    before = contents_of(KIND, document)

    assert not is_done(TO_TRAVEL, before)
    assert is_done(TO_TRAVEL, expected(before, TO_TRAVEL))


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("IsReconciled", True, "reconciled"),
        ("Type", "SPEND-TRANSFER", "transfer"),
        ("Type", "SPEND-PREPAYMENT", "prepayment"),
    ],
)
def test_what_xero_s_api_does_not_recode_is_said_beforehand(
    document: Document, field: str, value: object, word: str
) -> None:
    assert obstacle(document) is None
    assert word in (obstacle(document | {field: value}) or "")


def test_a_refusal_is_xero_s_own_sentences_each_once() -> None:
    body = b"""{"ErrorNumber": 10, "Message": "A validation exception occurred", "Elements": [
        {"ValidationErrors": [{"Message": "No."}, {"Message": "No."}, {"Message": "Never."}]}]}"""

    assert reasons(body) == ("No.", "Never.")
