"""What an answer may choose, and what is said when it may not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xero_pipeline.tasks import AnswerState, LineChoice, NewAnswer, TaskLine
from xero_pipeline.tasks.rules import (
    LONGEST_COMMENT,
    OfferedFile,
    Situation,
    changes,
    refusals,
    understood,
)
from xero_pipeline_tests.tasks.samples import BOOKS, answer, task, version

LINES = (
    TaskLine(2, "watched", "469", "Ask my client", "Taxi", Decimal(20), Decimal(3)),
    TaskLine(3, "watched", "469", "Ask my client", "Lunch", Decimal(10), Decimal(0)),
)


def said(**words: Any) -> NewAnswer:  # noqa: ANN401
    return NewAnswer(answered_by="Ada", **words)


def situation(**facts: Any) -> Situation:  # noqa: ANN401
    return Situation(**{"task": task(), "lines": LINES, "books": BOOKS, **facts})


def only(refused: Sequence[str]) -> str:
    (sentence,) = refused
    return sentence


# --- what words mean ------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", ["493", "travel", "TRAVEL", "t-493"])
def test_an_account_is_named_by_code_name_or_id(wanted: str) -> None:
    chosen, refused = understood(said(account=wanted), situation())
    assert refused == []
    assert chosen.account is not None
    assert (chosen.account.code, chosen.lines) == ("493", None)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("Travle", "There is no account 'Travle'. Accounts like it: "),
        ("477", "'477 Wages' is archived. Choose another, or restore it in Xero"),
        ("090", "'090 Bank' is a bank account: money moved to it is a transfer"),
        ("610", "'610 Accounts Receivable' is kept by Xero itself (DEBTORS)"),
        ("469", "'469 Ask my client' is itself watched: the question would come back"),
    ],
)
def test_an_account_that_no_line_can_have_is_refused(wanted: str, says: str) -> None:
    _, refused = understood(said(account=wanted), situation())
    assert says in only(refused)


def test_lines_get_accounts_of_their_own_and_the_others_the_answers() -> None:
    chosen, _ = understood(said(account="493", lines={3: "420"}), situation())
    assert chosen.lines == (LineChoice(2, "t-493", "493"), LineChoice(3, "e-420", "420"))
    chosen, _ = understood(said(lines={3: "420"}), situation())
    assert chosen.lines == (LineChoice(3, "e-420", "420"),)


def test_a_line_that_is_not_the_tasks_is_never_touched() -> None:
    _, refused = understood(said(lines={1: "493"}), situation())
    assert only(refused) == (
        "Line 1 is not one of the task's: only lines on a watched account can be given another, "
        "here 2, 3."
    )


@pytest.mark.parametrize(
    ("category", "option", "says"),
    [
        ("region", "north", ""),
        ("Planet", "North", "no tracking category 'Planet'. There are: Region."),
        ("Region", "West", "'Region' has no option 'West'. There are: North."),
        ("Region", "South", "The option 'South' of 'Region' is archived. There are: North."),
    ],
)
def test_tracking_is_an_option_in_use(category: str, option: str, says: str) -> None:
    chosen, refused = understood(said(tracking={category: option}), situation())
    assert [each.option for each in chosen.tracking] == ([] if says else ["North"])
    assert says in "".join(refused)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("city cabs", ""),
        ("Citty Cabs", "There is no contact 'Citty Cabs'. Contacts like it: City Cabs."),
        ("Old Cabs", "The contact 'Old Cabs' is archived. Restore it in Xero first."),
    ],
)
def test_a_contact_is_one_in_use(wanted: str, says: str) -> None:
    chosen, refused = understood(said(contact=wanted), situation())
    assert (chosen.contact is None) == bool(says)
    assert says in "".join(refused)


# --- what is refused ------------------------------------------------------------------------------


def test_a_good_answer_meets_no_refusal() -> None:
    file = OfferedFile("receipt.pdf", 20_000)
    assert refusals(said(account="493", comment="Taxi"), situation(), [file]) == []


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("recoded", "recoded in Xero). Reopen it first."),
        ("dismissed", "somebody dismissed it). Reopen it first"),
        ("voided", "voided in Xero). There is nothing to answer any more."),
    ],
)
def test_a_closed_task_takes_no_answer(reason: str, says: str) -> None:
    closed = replace(task(), state="closed", closed_reason=reason)
    assert says in only(refusals(said(comment="Taxi"), situation(task=closed)))


def test_a_task_that_is_answered_says_by_whom() -> None:
    sentence = only(refusals(said(comment="Taxi"), situation(standing=answer())))
    assert "answered already, by Ada on 2026-04-01 12:00 UTC" in sentence
    approved = replace(answer(), state=AnswerState.APPROVED)
    sentence = only(refusals(said(comment="Taxi"), situation(standing=approved)))
    assert "The answer of Ada is approved already and on its way" in sentence


def test_what_is_missing_and_too_long_is_said_at_once() -> None:
    new = NewAnswer(answered_by=" ", comment="x" * (LONGEST_COMMENT + 1))
    refused = refusals(new, situation())
    assert [sentence.split(":")[0] for sentence in refused] == [
        "It does not say who answers",
        "The comment has 2,001 characters, and 2,000 is the most that fits into a note in Xero "
        "with what is added. Shorten it, or give a file.",
    ]
    assert "nothing in it" in only(refusals(said(comment="  "), situation()))


def test_what_cannot_be_recoded_still_takes_comment_and_files() -> None:
    note = "Reconciled with a bank statement. Unreconcile it in Xero first."
    reconciled = replace(task(), recoding_obstacle="reconciled", recoding_note=note)
    facts = situation(task=reconciled)
    sentence = only(refusals(said(account="493", contact="City Cabs", comment="Taxi"), facts))
    assert sentence.startswith(note + " So an account and a contact cannot be written.")
    assert refusals(said(comment="Taxi"), facts, [OfferedFile("receipt.pdf", 1)]) == []


def test_an_answer_to_an_earlier_version_says_what_changed() -> None:
    versions = (
        version(1, total=Decimal(33)),
        version(2, total=Decimal(40), changed_fields=("total", "lines")),
    )
    facts = situation(
        task=replace(task(), version=2, contents_hash="new"),
        versions=versions,
        hashes={1: "old", 2: "new"},
    )
    sentence = only(refusals(said(comment="Taxi", seen_version=1), facts))
    assert "since version 1, which was answered (total 33 -> 40; lines)" in sentence
    assert refusals(said(comment="Taxi", seen_version=2), facts) == []
    assert "no version 3" in only(refusals(said(comment="Taxi", seen_version=3), facts))


def test_a_file_attached_in_xero_makes_no_answer_stale() -> None:
    facts = situation(task=replace(task(), version=2), hashes={1: "c0ffee", 2: "c0ffee"})
    assert refusals(said(comment="Taxi", seen_version=1), facts) == []


def test_changes_are_told_from_what_was_seen_to_what_is() -> None:
    moved = [
        version(1, document_date=dt.date(2026, 3, 8)),
        version(2, document_date=dt.date(2026, 3, 9), changed_fields=("date",)),
        version(3, document_date=dt.date(2026, 3, 10), changed_fields=("date",)),
    ]
    assert changes(moved, 1) == "date 2026-03-08 -> 2026-03-10"
    assert changes(moved, 3) == ""


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (OfferedFile("gone.pdf", None), "There is no file 'gone.pdf'"),
        (OfferedFile("empty.pdf", 0), "The file 'empty.pdf' is empty."),
        (OfferedFile("scan.tif", 10_000_001), "has 10.0 MB, and 10 MB is the most"),
        (OfferedFile("a+b?.pdf", 5), "Xero refuses + ? in the name of a file: 'a+b?.pdf'."),
        (OfferedFile("...", 5), "'...' is no good name"),
    ],
)
def test_a_file_that_xero_would_not_take_is_refused(file: OfferedFile, says: str) -> None:
    assert says in only(refusals(said(files=(Path(file.name),)), situation(), [file]))


def test_a_journal_takes_smaller_files() -> None:
    journal = situation(task=replace(task(), document_type="manual_journal"))
    file = OfferedFile("scan.tif", 3_000_001)
    assert "3 MB is the most" in only(refusals(said(comment="x"), journal, [file]))


def test_ten_files_are_the_most_with_those_at_xero() -> None:
    there = situation(attached=[f"{number}.pdf" for number in range(8)])
    files = [OfferedFile(name, 1) for name in ("a.pdf", "b.pdf", "c.pdf")]
    assert "8 are there already, so 3 more" in only(refusals(said(comment="x"), there, files))
    assert refusals(said(comment="x"), there, files[:2]) == []
    twice = [OfferedFile("a.pdf", 1), OfferedFile("A.pdf", 1)]
    assert "Two files are called 'a.pdf'" in only(refusals(said(comment="x"), there, twice))
