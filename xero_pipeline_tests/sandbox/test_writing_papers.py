"""Files and notes: put, listed, read, refused; and what a person in Xero does with them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from xero_pipeline.sandbox import document_events as on_documents
from xero_pipeline_tests.sandbox.conftest import NOW
from xero_pipeline_tests.sandbox.writable import Xero, refusal, writable_harbour

PDF = {"Content-Type": "application/pdf"}


@pytest.fixture(scope="module")
def harbour() -> Iterator[Xero]:
    with writable_harbour() as running:
        yield running


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("BankTransaction", "S-2"),
        ("Invoice", "B-1"),
        ("CreditNote", "CN-1"),
        ("ManualJournal", "MJ-1"),
    ],
)
def test_a_file_is_put_listed_and_read(harbour: Xero, kind: str, key: str) -> None:
    files = f"{harbour.path(kind, key)}/Attachments"

    [put] = harbour.client.put(f"{files}/The%20receipt.pdf", b"%PDF-1.4", **PDF).json()[
        "Attachments"
    ]

    assert (put["FileName"], put["MimeType"], put["ContentLength"]) == (
        "The receipt.pdf",
        "application/pdf",
        8,
    )
    assert harbour.client.get(files).json()["Attachments"] == [put]
    read = harbour.client.get(f"{files}/{put['AttachmentID']}", Accept="*/*")
    assert (read.content, read.headers["Content-Type"]) == (b"%PDF-1.4", "application/pdf")
    assert harbour.read(kind, key)["HasAttachments"] is True


def test_a_file_of_the_same_name_takes_the_others_place(harbour: Xero) -> None:
    files = f"{harbour.path('Invoice', 'INV-1')}/Attachments"
    first, second = (
        harbour.client.send(f"/api.xro/2.0/{files}/a.txt", method, content).json()["Attachments"]
        for method, content in (("PUT", b"one"), ("POST", b"two"))
    )

    assert harbour.client.get(files).json()["Attachments"] == second
    assert first[0]["AttachmentID"] != second[0]["AttachmentID"]


@pytest.mark.parametrize("name", ["a%3Cb.pdf", "a%3Ab.pdf", "a%2Bb.pdf", "a%2Fb.pdf", "a%3F.pdf"])
def test_some_names_are_refused(harbour: Xero, name: str) -> None:
    files = f"{harbour.path('BankTransaction', 'S-1')}/Attachments"

    assert "The file name may not contain" in refusal(
        harbour.client.put(f"{files}/{name}", b"1", **PDF)
    )


def test_files_too_large_or_empty_and_the_eleventh_are_refused(harbour: Xero) -> None:
    files = f"{harbour.path('BankTransaction', 'P-1')}/Attachments"
    ten_megabytes = b"0" * (10 * 1024 * 1024)

    assert "10 MB" in refusal(harbour.client.put(f"{files}/a.pdf", ten_megabytes + b"0", **PDF))
    assert "empty" in refusal(harbour.client.put(f"{files}/a.pdf", b"", **PDF))
    for number in range(10):
        assert harbour.client.put(f"{files}/{number}.pdf", b"1", **PDF).status_code == 200
    assert "10 attachments" in refusal(harbour.client.put(f"{files}/10.pdf", b"1", **PDF))
    assert harbour.client.put(f"{files}/9.pdf", b"2", **PDF).status_code == 200


def test_a_note_stands_first_in_the_history_and_moves_nothing(harbour: Xero) -> None:
    history = f"{harbour.path('BankTransaction', 'S-1')}/History"
    before = harbour.read("BankTransaction", "S-1")
    body = {"HistoryRecords": [{"Details": "Fuel for the van"}]}

    written = harbour.client.put(history, body).json()["HistoryRecords"]

    assert written == harbour.client.get(history).json()["HistoryRecords"][:1]
    assert (written[0]["Changes"], written[0]["User"], written[0]["Details"]) == (
        "Note",
        "System Generated",
        "Fuel for the van",
    )
    assert written[0]["DateUTCString"] == "2026-04-01T10:00:00"
    assert harbour.read("BankTransaction", "S-1") == before


@pytest.mark.parametrize(("details", "words"), [("", "must be supplied"), ("a" * 2501, "2500")])
def test_a_note_has_some_words_and_not_too_many(harbour: Xero, details: str, words: str) -> None:
    history = f"{harbour.path('BankTransaction', 'S-1')}/History"

    assert words in refusal(harbour.client.put(history, {"Details": details}))


def test_notes_and_files_reach_what_can_no_longer_be_edited() -> None:
    with writable_harbour() as xero:
        xero.happens(on_documents.PeriodLocked(NOW, NOW.date()))
        reconciled = xero.path("BankTransaction", "S-2")

        note = xero.client.put(f"{reconciled}/History", {"Details": "Fuel"})
        file = xero.client.put(f"{reconciled}/Attachments/a.pdf", b"1", **PDF)

        assert (note.status_code, file.status_code) == (200, 200)


def test_a_person_in_xero_attaches_removes_and_notes() -> None:
    with writable_harbour() as xero:
        files = f"{xero.path('BankTransaction', 'S-1')}/Attachments"
        xero.happens(_attached("a.txt"), _attached("b.txt", is_announced=False))
        assert [each["FileName"] for each in xero.client.get(files).json()["Attachments"]] == [
            "a.txt",
            "b.txt",
        ]

        xero.happens(
            on_documents.FileRemoved(NOW, "BankTransaction", "S-1", "a.txt"),
            on_documents.FileRemoved(NOW, "BankTransaction", "S-1", "b.txt"),
            on_documents.NoteAdded(NOW, "BankTransaction", "S-1", "Seen", user="Ada Reeve"),
        )

        assert xero.client.get(files).json()["Attachments"] == []
        assert xero.read("BankTransaction", "S-1")["HasAttachments"] is False
        history = xero.client.get(f"{xero.path('BankTransaction', 'S-1')}/History").json()
        assert [(each["Changes"], each["User"]) for each in history["HistoryRecords"]] == [
            ("Note", "Ada Reeve"),
            ("Deleted an attachment", "System Generated"),
            ("Deleted an attachment", "System Generated"),
            ("Attached a file", "System Generated"),
            ("Attached a file", "System Generated"),
        ]


def test_a_file_may_come_without_a_word() -> None:
    """Whether UpdatedDateUTC moves then is not documented: both are to be had."""
    with writable_harbour() as xero:
        before = xero.read("BankTransaction", "S-1")["UpdatedDateUTC"]

        xero.happens(_attached("a.txt", is_announced=False))
        assert xero.read("BankTransaction", "S-1")["UpdatedDateUTC"] == before
        assert xero.read("BankTransaction", "S-1")["HasAttachments"] is True

        xero.happens(_attached("b.txt"))
        assert xero.read("BankTransaction", "S-1")["UpdatedDateUTC"] != before


def _attached(name: str, *, is_announced: bool = True) -> on_documents.FileAttached:
    return on_documents.FileAttached(
        NOW, name, "BankTransaction", "S-1", name, "text/plain", b"1", is_announced
    )
