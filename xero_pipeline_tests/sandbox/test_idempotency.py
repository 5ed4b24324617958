"""Writes sent again, lost on the way, refused at the door, or made by who may only read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import requests

from xero_pipeline_tests.sandbox.books.harbour import RENT
from xero_pipeline_tests.sandbox.writable import SUSPENSE, Xero, accounts, refusal, writable_harbour
from xero_pipeline_tests.sandbox.xero_client import SCOPES

NOTE = {"Details": "Fuel for the van"}
KEY = {"Idempotency-Key": "answer-1/note"}


@pytest.fixture
def xero() -> Iterator[Xero]:
    with writable_harbour() as running:
        yield running


def history(xero: Xero) -> str:
    return f"{xero.path('BankTransaction', 'S-1')}/History"


def notes(xero: Xero) -> int:
    return len(xero.client.get(history(xero)).json()["HistoryRecords"])


def test_a_write_that_is_sent_again_is_answered_again_and_done_once(xero: Xero) -> None:
    first, second = (xero.client.put(history(xero), NOTE, **KEY) for _ in range(2))

    assert second.json() == first.json()
    assert notes(xero) == 1


def test_without_a_key_it_is_done_twice(xero: Xero) -> None:
    for _ in range(2):
        xero.client.put(history(xero), NOTE)

    assert notes(xero) == 2


def test_after_six_minutes_a_key_is_new_again(xero: Xero) -> None:
    for wait, done in ((0, 1), (359, 1), (1, 2)):
        xero.sandbox.control.advance(dt.timedelta(seconds=wait))
        xero.client.put(history(xero), NOTE, **KEY)
        assert notes(xero) == done


def test_a_key_stands_for_one_request(xero: Xero) -> None:
    xero.client.put(history(xero), NOTE, **KEY)

    for path, body in (
        (history(xero), {"Details": "Something else"}),
        (f"{history(xero)}?a=b", NOTE),
    ):
        answer = xero.client.put(path, body, **KEY)
        assert answer.status_code == 400
        assert (
            answer.json()["Message"]
            == "Idempotency Key: answer-1/note is used with a different request."
        )


def test_errors_are_kept_too(xero: Xero) -> None:
    refused = xero.recode("Invoice", "INV-1", "999", **KEY)
    again = xero.recode("Invoice", "INV-1", "999", **KEY)

    assert refusal(again) == refusal(refused)
    assert again.headers["Content-Type"] == refused.headers["Content-Type"]


def test_a_key_has_128_characters_at_most(xero: Xero) -> None:
    longest = {"Idempotency-Key": "k" * 128}
    assert xero.client.put(history(xero), NOTE, **longest).status_code == 200

    too_long = {"Idempotency-Key": "k" * 129}
    assert xero.client.put(history(xero), NOTE, **too_long).status_code == 400


def test_limits_come_before_keys(xero: Xero) -> None:
    xero.client.put(history(xero), NOTE, **KEY)
    xero.sandbox.control.limit(minute=1)
    xero.client.get("Organisation")

    assert xero.client.put(history(xero), NOTE, **KEY).status_code == 429


def test_an_answer_may_be_lost_after_the_write_was_done(xero: Xero) -> None:
    xero.sandbox.control.fault("dropped", method="PUT")
    with pytest.raises(requests.ConnectionError):
        xero.client.put(history(xero), NOTE, **KEY)
    assert notes(xero) == 1

    assert xero.client.put(history(xero), NOTE, **KEY).status_code == 200
    assert notes(xero) == 1


def test_an_error_of_the_server_leaves_open_whether_the_write_was_done(xero: Xero) -> None:
    xero.sandbox.control.fault("server_error", method="POST")
    xero.sandbox.control.fault("server_error_after", method="PUT")

    assert xero.recode("BankTransaction", "S-1", RENT).status_code == 500
    assert accounts(xero.read("BankTransaction", "S-1")) == [SUSPENSE, RENT]

    assert xero.client.put(history(xero), NOTE, **KEY).status_code == 500
    assert notes(xero) == 1


def test_who_may_only_read_writes_nothing() -> None:
    with writable_harbour(f"{SCOPES} accounting.attachments") as xero:
        lines = xero.recode("BankTransaction", "S-1", RENT)
        note = xero.client.put(history(xero), NOTE)
        file = xero.client.put(f"{xero.path('BankTransaction', 'S-1')}/Attachments/a.txt", b"1")

        assert [answer.status_code for answer in (lines, note, file)] == [401, 401, 200]
        assert lines.headers["WWW-Authenticate"] == "insufficient_scope"
        assert lines.json()["Detail"] == "AuthorizationUnsuccessful"
