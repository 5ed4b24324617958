"""Approved answers at Xero: what is written, what is not, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from xero_pipeline.sandbox import document_events as on_documents
from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.faults import FaultKind
from xero_pipeline.tasks import AnswerState, DecisionKind, LineChoice, TrackingChoice
from xero_pipeline.tasks.journal import StepState
from xero_pipeline_tests.sandbox.books.harbour import RENT, SALES, noon
from xero_pipeline_tests.sandbox.conftest import NOW
from xero_pipeline_tests.sandbox.writable import OLD, SUSPENSE, accounts
from xero_pipeline_tests.tasks.client_book import RECEIPT, ClientBook, client_book


@pytest.fixture
def book(tmp_path: Path) -> Iterator[ClientBook]:
    with client_book(tmp_path / "home") as opened:
        yield opened


def test_account_note_and_file_arrive_and_nothing_else_changes(book: ClientBook) -> None:
    before = book.xero.read("BankTransaction", "S-1")
    answer = book.approved("S-1", files=["ticket.pdf"])

    (sent,) = book.send()

    assert (sent.state, sent.reason) == (AnswerState.WRITTEN, "")
    after = book.xero.read("BankTransaction", "S-1")
    assert accounts(after) == [RENT, RENT]
    assert after["LineItems"][0]["Tracking"] == before["LineItems"][0]["Tracking"]
    assert (after["LineItems"][1], after["Total"]) == (before["LineItems"][1], before["Total"])
    assert book.files("S-1") == {"ticket.pdf": RECEIPT}
    (note,) = [each for each in book.notes("S-1") if "Train to the fair" in each]
    assert note == (
        'Answer of Ada, approved by Bea. "Train to the fair" Account: 469. Files: ticket.pdf. '
        f"[task {answer.task_id[:8]}, answer {answer.answer_id}]"
    )
    assert sent.calls == 6, "document, change, document, list of files, file, note"


def test_what_was_sent_stands_in_the_journal_with_before_and_after(book: ClientBook) -> None:
    answer = book.approved("S-1", files=["ticket.pdf"])

    book.send()

    steps = book.steps(answer)
    assert {step: entry.state for step, entry in steps.items()} == {
        "lines": StepState.DONE,
        f"file:{answer.files[0].file_id}": StepState.DONE,
        "note": StepState.DONE,
    }
    before, after = steps["lines"].before or {}, steps["lines"].after or {}
    assert [each["account_code"] for each in before["lines"]] == [SUSPENSE, RENT]
    assert [each["account_code"] for each in after["lines"]] == [RENT, RENT]
    assert before["total"] == after["total"] == "80.00"
    assert "Bearer" not in str(steps)
    kinds = [each.kind for each in book.records.decisions(answer.organisation_id, answer.task_id)]
    assert kinds == [DecisionKind.SUBMITTED, DecisionKind.APPROVED, DecisionKind.WRITTEN]


@pytest.mark.parametrize(
    ("kind", "key", "account", "left"),
    [
        ("Invoice", "INV-1", SALES, [SALES]),
        ("CreditNote", "CN-1", SALES, [SALES]),
        ("ManualJournal", "MJ-1", RENT, [RENT, SALES]),
    ],
)
def test_every_kind_of_document_can_be_recoded(
    book: ClientBook, kind: str, key: str, account: str, left: list[str]
) -> None:
    book.approved(key, kind=kind, account=account)

    (sent,) = book.send()

    assert (sent.state, sent.reason) == (AnswerState.WRITTEN, "")
    assert accounts(book.xero.read(kind, key)) == left


def test_a_tracking_option_replaces_that_of_its_category_on_the_task_s_lines(
    book: ClientBook,
) -> None:
    region = book.xero.client.get("TrackingCategories").json()["TrackingCategories"][0]
    south = next(each for each in region["Options"] if each["Name"] == "South")
    choice = TrackingChoice(
        region["TrackingCategoryID"], "Region", south["TrackingOptionID"], "South"
    )
    book.approved("S-1", account=None, tracking=(choice,))

    (sent,) = book.send()

    assert sent.state is AnswerState.WRITTEN
    first, second = book.xero.read("BankTransaction", "S-1")["LineItems"]
    assert [each["Option"] for each in first["Tracking"]] == ["South"]
    assert (first["AccountCode"], second["Tracking"]) == (SUSPENSE, [])


def test_a_line_that_is_not_the_task_s_stays_whatever_the_answer_says(book: ClientBook) -> None:
    rent = book.account(RENT)
    sales = book.account(SALES)
    book.approved(
        "S-1", account=None, lines=(LineChoice(1, rent, RENT), LineChoice(2, sales, SALES))
    )

    book.send()

    assert accounts(book.xero.read("BankTransaction", "S-1")) == [RENT, RENT]


def test_a_transaction_that_changed_since_the_client_saw_it_is_not_overwritten(
    book: ClientBook,
) -> None:
    answer = book.approved("S-1", files=["ticket.pdf"])
    document = book.xero.read("BankTransaction", "S-1")
    document["LineItems"][0]["Description"] = "Taxi"
    book.xero.write("BankTransaction", "S-1", document)
    book.xero.sandbox.control.clear_requests()

    (sent,) = book.send()

    assert sent.state is AnswerState.CONFLICTED
    assert sent.reason.startswith(
        "The transaction was changed in Xero since it was answered (lines)"
    )
    assert book.written() == []
    last = book.records.decisions(answer.organisation_id, answer.task_id)[-1]
    assert (last.kind, last.note) == (DecisionKind.CONFLICTED, sent.reason)


def test_a_version_that_the_warehouse_knows_to_be_newer_is_a_conflict(book: ClientBook) -> None:
    book.approved("S-1", seen_contents_hash="an earlier one")

    (sent,) = book.send()

    assert (sent.state, book.written()) == (AnswerState.CONFLICTED, [])


def test_what_somebody_recoded_the_same_way_in_xero_is_done_already(book: ClientBook) -> None:
    book.approved("S-1")
    book.xero.recode("BankTransaction", "S-1", RENT)
    book.xero.sandbox.control.clear_requests()

    (sent,) = book.send()

    assert sent.state is AnswerState.WRITTEN
    assert [each.split(" ")[0] for each in book.written()] == ["PUT"], "only the note"


def test_a_reconciled_transaction_gets_note_and_file_and_says_why_not_more(
    book: ClientBook,
) -> None:
    book.approved("S-2", files=["ticket.pdf"])

    (sent,) = book.send()

    assert sent.state is AnswerState.REFUSED
    assert "It is reconciled" in sent.reason
    assert accounts(book.xero.read("BankTransaction", "S-2")) == [SUSPENSE]
    assert list(book.files("S-2")) == ["ticket.pdf"]
    assert any("It is reconciled" in each for each in book.notes("S-2"))


def test_what_xero_refuses_is_told_in_its_own_words(book: ClientBook) -> None:
    book.approved("S-1", account_id=book.account(OLD), account_code=OLD)

    (sent,) = book.send()

    assert sent.state is AnswerState.REFUSED
    assert "has been archived, or deleted" in sent.reason


def test_a_locked_period_is_xero_s_to_refuse(book: ClientBook) -> None:
    book.approved("S-1")
    book.happens(on_documents.PeriodLocked(NOW, noon("03-31").date()))

    (sent,) = book.send()

    assert sent.state is AnswerState.REFUSED
    assert "lock date" in sent.reason
    assert any("Train to the fair" in each for each in book.notes("S-1"))


def test_nothing_is_sent_to_a_transaction_that_was_deleted(book: ClientBook) -> None:
    book.approved("S-1")
    book.happens(ev.BankTransactionDeleted(NOW, "S-1"))

    (sent,) = book.send()

    assert sent.state is AnswerState.REFUSED
    assert "was deleted in Xero" in sent.reason
    assert book.written() == []


def test_a_file_of_the_same_name_from_somebody_else_stays(book: ClientBook) -> None:
    path = book.xero.path("BankTransaction", "S-1")
    book.xero.client.put(f"{path}/Attachments/ticket.pdf", b"another one")
    book.approved("S-1", files=["ticket.pdf"])

    book.send()

    assert book.files("S-1") == {"ticket.pdf": b"another one", "ticket (2).pdf": RECEIPT}


def test_a_file_that_is_there_already_is_not_sent_again(book: ClientBook) -> None:
    path = book.xero.path("BankTransaction", "S-1")
    book.xero.client.put(f"{path}/Attachments/ticket.pdf", RECEIPT)
    book.approved("S-1", files=["ticket.pdf"], account=None)

    book.send()

    assert book.files("S-1") == {"ticket.pdf": RECEIPT}


def test_without_consent_to_writing_the_answer_stays_approved_and_says_why(
    book: ClientBook,
) -> None:
    book.approved("S-1")
    book.connect(write_back=False)

    (sent,) = book.send()

    assert sent.state is AnswerState.APPROVED
    assert "--write-back" in sent.reason
    assert len(book.records.answers((AnswerState.APPROVED,))) == 1
    assert book.written() == []


def test_an_answer_lost_after_the_write_was_done_does_not_do_it_twice(book: ClientBook) -> None:
    book.approved("S-1", files=["ticket.pdf"])
    for path in ("/BankTransactions/", "/Attachments/", "/History"):
        book.xero.sandbox.control.fault("dropped", path=path, method="POST")
        book.xero.sandbox.control.fault("dropped", path=path, method="PUT")

    (sent,) = book.send()

    assert sent.state is AnswerState.WRITTEN
    assert len([each for each in book.notes("S-1") if "[task" in each]) == 1
    assert list(book.files("S-1")) == ["ticket.pdf"]


@pytest.mark.parametrize("fault", ["server_error", "server_error_after"])
def test_when_xero_breaks_down_the_next_run_looks_first_and_goes_on(
    book: ClientBook, fault: FaultKind
) -> None:
    answer = book.approved("S-1", files=["ticket.pdf"])
    for method, path in (("POST", ""), ("PUT", "/Attachments/"), ("PUT", "/History")):
        book.xero.sandbox.control.fault(fault, path=path, method=method)
        (sent,) = book.send()
        assert sent.state is AnswerState.APPROVED, sent

    (sent,) = book.send()

    assert sent.state is AnswerState.WRITTEN
    assert len([each for each in book.notes("S-1") if "[task" in each]) == 1
    assert list(book.files("S-1")) == ["ticket.pdf"]
    keys = [entry.key for entry in book.journal.entries(answer)]
    assert len(set(keys)) == len(keys)
