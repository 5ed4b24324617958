"""Which documents become client tasks, and how they end."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.truth import ClientTask, History, open_tasks, tasks_after
from xero_pipeline_tests.sandbox.life.tiny import TinyBook, day, line

MONITORED = {"999"}
TODAY = day("2024-06-30")


def tasks_of(book: TinyBook) -> dict[str, ClientTask]:
    found = open_tasks(History(book.events), MONITORED, TODAY)
    return {task.document_id: task for task in found}


def journal(
    book: TinyBook, key: str, date: str, status: Literal["DRAFT", "POSTED"] = "POSTED"
) -> None:
    lines = (ev.JournalLine("999", Decimal("-12.00")), ev.JournalLine("429", Decimal("12.00")))
    book.add(ev.ManualJournalPosted(book.at(), key, "Till", day(date), lines, status))


def recode(book: TinyBook, key: str, *lines: ev.Line) -> None:
    book.add(ev.DocumentRecoded(book.at(), "BankTransaction", key, lines))


def test_one_task_per_document_with_its_matched_lines(book: TinyBook) -> None:
    book.bank(
        "BT-1",
        "SPEND",
        "2024-06-01",
        line("10.00", "429"),
        line("23.00", "999", "OUTPUT2"),
        line("5.00", "999"),
    )

    task = tasks_of(book)[book.id("BankTransaction", "BT-1")]
    assert [(match.number, match.net_amount, match.tax_amount) for match in task.lines] == [
        (2, Decimal("20.00"), Decimal("3.00")),
        (3, Decimal("5.00"), Decimal("0.00")),
    ]
    assert (task.matched_amount, task.total) == (Decimal("28.00"), Decimal("38.00"))


def test_a_journal_is_worth_its_matched_lines(book: TinyBook) -> None:
    journal(book, "MJ-1", "2024-06-01")

    task = tasks_of(book)[book.id("ManualJournal", "MJ-1")]
    assert (task.total, task.matched_amount) == (Decimal("-12.00"), Decimal("-12.00"))


def test_a_journal_that_is_recoded_has_its_new_lines(book: TinyBook) -> None:
    journal(book, "MJ-1", "2024-06-01")
    first = History(book.events)
    lines = (line("-12.00", "429"), line("12.00", "400"))
    book.add(ev.DocumentRecoded(book.at(), "ManualJournal", "MJ-1", lines))

    [task] = tasks_after(first, History(book.events), MONITORED, TODAY)
    assert (task.status, task.reason) == ("closed", "recoded")


def test_every_type_with_lines_counts(book: TinyBook) -> None:
    book.bank("BT-1", "RECEIVE", "2024-06-01", line("1.00", "999"))
    book.bank("BT-2", "SPEND-PREPAYMENT", "2024-06-01", line("2.00", "999"))
    book.invoice("INV-1", "2024-06-01", line("3.00", "999"))
    book.invoice("BILL-1", "2024-06-01", line("4.00", "999"), type="ACCPAY", status="DRAFT")
    book.credit_note("CN-1", "2024-06-01", line("5.00", "999"))
    journal(book, "MJ-1", "2024-06-01")

    assert sorted(task.document_type for task in tasks_of(book).values()) == [
        "ACCPAY",
        "ACCREC",
        "ACCRECCREDIT",
        "MANUALJOURNAL",
        "RECEIVE",
        "SPEND-PREPAYMENT",
    ]


def test_what_is_cancelled_or_recoded_makes_no_task(book: TinyBook) -> None:
    book.bank("BT-1", "SPEND", "2024-06-01", line("1.00", "999"))
    book.add(ev.BankTransactionDeleted(book.at(), "BT-1"))
    book.invoice("INV-1", "2024-06-01", line("3.00", "999"))
    book.status("INV-1", "VOIDED")
    journal(book, "MJ-1", "2024-06-01")
    book.add(ev.ManualJournalStatusChanged(book.at(), "MJ-1", "VOIDED"))
    book.bank("BT-2", "SPEND", "2024-06-01", line("2.00", "999"))
    recode(book, "BT-2", line("2.00", "429"))

    assert tasks_of(book) == {}


def test_the_look_back_reaches_ninety_days(book: TinyBook) -> None:
    """90 days before 30 June is 1 April."""
    book.bank("BT-1", "SPEND", "2024-03-31", line("1.00", "999"))
    book.bank("BT-2", "SPEND", "2024-04-01", line("2.00", "999"))

    assert set(tasks_of(book)) == {book.id("BankTransaction", "BT-2")}


def test_a_second_sync_closes_what_it_knew_with_the_reason(book: TinyBook) -> None:
    for key in ("stays", "recoded", "deleted"):
        book.bank(key, "SPEND", "2024-06-01", line("9.00", "999"))
    book.invoice("voided", "2024-06-01", line("3.00", "999"))
    first = History(book.events)
    recode(book, "recoded", line("9.00", "429"))
    book.add(ev.BankTransactionDeleted(book.at(), "deleted"))
    book.status("voided", "VOIDED")

    after = {
        task.document_id: (task.status, task.reason)
        for task in tasks_after(first, History(book.events), MONITORED, TODAY)
    }
    assert after == {
        book.id("BankTransaction", "stays"): ("open", None),
        book.id("BankTransaction", "recoded"): ("closed", "recoded"),
        book.id("BankTransaction", "deleted"): ("closed", "deleted"),
        book.id("Invoice", "voided"): ("closed", "voided"),
    }


def test_a_closed_task_keeps_the_lines_it_was_seen_with(book: TinyBook) -> None:
    book.bank("BT-1", "SPEND", "2024-06-01", line("9.00", "999"))
    first = History(book.events)
    recode(book, "BT-1", line("9.00", "429"))

    (task,) = tasks_after(first, History(book.events), MONITORED, TODAY)
    assert task.matched_amount == Decimal("9.00")


def test_what_is_first_seen_later_makes_a_task_whatever_its_date(book: TinyBook) -> None:
    """A document seen before, too old, and only now moved to the account makes none."""
    book.bank("known", "SPEND", "2024-01-01", line("1.00", "429"))
    book.bank("young", "SPEND", "2024-06-01", line("2.00", "429"))
    first = History(book.events)
    book.bank("old but new", "SPEND", "2024-01-01", line("3.00", "999"))
    recode(book, "known", line("1.00", "999"))
    recode(book, "young", line("2.00", "999"))

    after = tasks_after(first, History(book.events), MONITORED, TODAY)
    assert {task.document_id for task in after} == {
        book.id("BankTransaction", "old but new"),
        book.id("BankTransaction", "young"),
    }
