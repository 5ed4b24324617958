"""Client tasks: which documents become one, and what a task says."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from decimal import Decimal
from typing import Any

import pytest

from xero_pipeline_tests.sql.book import Book, Line
from xero_pipeline_tests.sql.client_books import MARTS
from xero_pipeline_tests.sql.warehouse import Warehouse

SELECTED = dt.datetime(2026, 6, 1, 9)
FIRST_SYNC = dt.datetime(2026, 6, 1, 12)
LATER_SYNC = dt.datetime(2026, 6, 20, 12)
LOOK_BACK_FROM = dt.date(2026, 3, 3)  # 90 days before 1 June
HandedOn = Any  # keyword arguments of Book.bank_transaction
UNKNOWN = Line(100, account="999", description="Card payment")


@pytest.fixture(scope="module")
def warehouse() -> Warehouse:
    return Warehouse()


@pytest.fixture
def book(warehouse: Warehouse) -> Book:
    warehouse.clear()
    return watching_book(warehouse)


def watching_book(warehouse: Warehouse) -> Book:
    """A client's book that watches account 999 since 1 June and was synced twice since."""
    book = Book("client", as_of=dt.date(2026, 6, 30), warehouse=warehouse)
    book.account("090", "Cheque account", type="BANK")
    book.account("999", "Uncategorised", type="EXPENSE")
    book.account("400", "Rent", type="EXPENSE")
    book.account("420", "Office", type="EXPENSE")
    book.contact("Landlord", email_address="rent@landlord.example")
    watch(book, "999")
    for endpoint in ("bank_transactions", "invoices", "credit_notes", "manual_journals"):
        for instant in (FIRST_SYNC, LATER_SYNC):
            book.warehouse.connection.execute(
                "insert into ops.syncs by name select ?::uuid as organisation_id, "
                "? as endpoint, ?::timestamp as started_at",
                [book.organisation_id, endpoint, instant],
            )
    return book


def watch(
    book: Book,
    account: str,
    *,
    days: int = 90,
    types: list[str] | None = None,
    at: dt.datetime = SELECTED,
) -> None:
    book.warehouse.connection.execute(
        "insert into ops.monitored_accounts values (?, ?, ?, ?, ?, ?)",
        [book.organisation_id, book.id("Account", account), account, days, types, at],
    )


def spend(
    book: Book,
    key: str,
    date: dt.date = dt.date(2026, 5, 20),
    *,
    lines: tuple[Line, ...] = (UNKNOWN,),
    seen: dt.datetime = FIRST_SYNC,
    type: str = "SPEND",
    **columns: HandedOn,
) -> None:
    book.bank_transaction(
        key, type, date, lines=lines, **{"contact": "Landlord", "_first_seen_at": seen, **columns}
    )


def built(book: Book) -> Book:
    book.build(*MARTS)
    assert book.warehouse.failures("client_tasks_open_match") == []
    return book


def tasks(book: Book, columns: str = "*") -> list[dict[str, Any]]:
    return book.rows(f"select {columns} from marts.client_tasks order by document_date, amount")


def keys_of_tasks(book: Book, *keys: str) -> set[str]:
    """Those of the bank transactions named `keys` that have a task."""
    ids = {str(row["document_id"]) for row in tasks(book)}
    return {key for key in keys if book.id("BankTransaction", key) in ids}


# --- what becomes a task -------------------------------------------------------------------------


def test_one_task_for_each_document_however_many_lines_match(book: Book) -> None:
    lines = (
        Line(40, account="400", description="Rent"),
        Line(60, account="999", description="What was this?"),
        Line(50, account="999", description="And this?"),
    )
    spend(book, "mixed", lines=lines)
    (task,) = tasks(built(book))
    assert (task["amount"], task["matched_amount"]) == (Decimal("150.00"), Decimal("110.00"))
    assert (task["description"], task["matched_lines"]) == ("What was this?", 2)
    assert task["matched_account_codes"] == ["999"]
    rows = book.rows(
        "select line_number, account_name, description, net_amount, line_item_id is not null as id "
        "from marts.client_task_lines order by line_number"
    )
    assert [tuple(row.values()) for row in rows] == [
        (2, "Uncategorised", "What was this?", Decimal("60.00"), True),
        (3, "Uncategorised", "And this?", Decimal("50.00"), True),
    ]


def test_every_supported_kind_of_document_makes_a_task_and_transfers_do_not(book: Book) -> None:
    day, lines = dt.date(2026, 5, 20), (UNKNOWN,)
    for type_ in (
        "SPEND",
        "RECEIVE",
        "SPEND-PREPAYMENT",
        "RECEIVE-OVERPAYMENT",
        "SPEND-TRANSFER",
        "RECEIVE-TRANSFER",
    ):
        spend(book, type_, type=type_)
    book.bill("BILL-1", "Landlord", day, lines=lines)
    book.invoice("INV-1", "Landlord", day, lines=lines)
    book.credit_note("CN-1", "Landlord", day, lines=lines)
    book.manual_journal("Year end", day, (UNKNOWN, Line(-100, account="400")))
    rows = built(book).rows("select document_type, xero_type from marts.client_tasks")
    assert {tuple(row.values()) for row in rows} == {
        ("bank_transaction", "SPEND"),
        ("bank_transaction", "RECEIVE"),
        ("bank_transaction", "SPEND-PREPAYMENT"),
        ("bank_transaction", "RECEIVE-OVERPAYMENT"),
        ("bill", "ACCPAY"),
        ("invoice", "ACCREC"),
        ("credit_note", "ACCRECCREDIT"),
        ("manual_journal", "MANUALJOURNAL"),
    }


def test_an_account_can_be_watched_for_some_types_only(book: Book) -> None:
    book.account("998", "Suspense", type="CURRENT")
    watch(book, "998", types=["SPEND", "SPEND-TRANSFER"])
    lines = (Line(5, account="998"),)
    for type_ in ("SPEND", "RECEIVE", "SPEND-TRANSFER"):
        spend(book, type_, type=type_, lines=lines)
    found = keys_of_tasks(built(book), "SPEND", "RECEIVE", "SPEND-TRANSFER")
    assert found == {"SPEND", "SPEND-TRANSFER"}


def test_documents_count_from_the_look_back_or_when_they_are_new(book: Book) -> None:
    spend(book, "first day of the look-back", LOOK_BACK_FROM)
    spend(book, "a day too old", LOOK_BACK_FROM - dt.timedelta(days=1))
    spend(book, "old, but posted later", dt.date(2025, 1, 1), seen=LATER_SYNC)
    spend(book, "dated ahead", dt.date(2026, 9, 1))
    assert keys_of_tasks(
        built(book),
        "first day of the look-back",
        "a day too old",
        "old, but posted later",
        "dated ahead",
    ) == {"first day of the look-back", "old, but posted later", "dated ahead"}


def test_the_look_back_is_counted_in_the_organisations_own_days() -> None:
    """20:00 UTC on 1 June is 08:00 on 2 June in Auckland: 1 day back is 1 June."""
    book = Book("client", as_of=dt.date(2026, 6, 30), timezone="NEWZEALANDSTANDARDTIME")
    book.account("999", "Uncategorised", type="EXPENSE")
    book.contact("Landlord")
    watch(book, "999", days=1, at=dt.datetime(2026, 6, 1, 20))
    spend(book, "31 May", dt.date(2026, 5, 31))
    spend(book, "1 June", dt.date(2026, 6, 1))
    assert keys_of_tasks(built(book), "31 May", "1 June") == {"1 June"}


def test_what_is_voided_deleted_or_coded_elsewhere_makes_no_task(book: Book) -> None:
    spend(book, "deleted", status="DELETED")
    spend(book, "elsewhere", lines=(Line(9, account="400"),))
    book.bill("voided", "Landlord", dt.date(2026, 5, 20), lines=(UNKNOWN,), status="VOIDED")
    assert tasks(built(book)) == []


def test_old_lines_that_name_their_account_by_code_only_match(book: Book) -> None:
    spend(book, "old")
    (row,) = book._pending["bank_transactions"]
    row["line_items"][0]["account_id"] = None
    assert keys_of_tasks(built(book), "old") == {"old"}


# --- what a task says ----------------------------------------------------------------------------


def test_a_task_tells_what_a_front_end_shows(book: Book) -> None:
    book.contact("Land Lord Ltd", merged_to="Landlord")
    spend(book, "card", contact="Land Lord Ltd", reference="4410", has_attachments=True)
    (task,) = tasks(built(book))
    assert (task["contact_name"], task["contact_email"]) == ("Landlord", "rent@landlord.example")
    assert str(task["contact_id"]) == book.id("Contact", "Landlord")
    assert (task["reference"], task["bank_account_name"]) == ("4410", "Cheque account")
    assert (task["state"], task["age_days"], task["has_attachments"]) == ("open", 41, True)
    assert (task["version"], task["changed_fields"], task["times_reopened"]) == (1, None, 0)
    assert task["deep_link"] == (
        "https://go.xero.com/organisationlogin/default.aspx?shortcode=%21abc&redirecturl="
        f"%2FBank%2FViewTransaction.aspx%3FbankTransactionID%3D{task['document_id']}"
    )


def test_amounts_are_told_in_both_currencies(book: Book) -> None:
    spend(book, "usd", currency="USD", rate="0.6", lines=(Line(115, account="999", tax=15),))
    spend(book, "usd without a rate", currency="USD")
    unrated, rated = tasks(built(book), "amount, amount_base, matched_amount, is_rate_missing")
    assert tuple(rated.values()) == (Decimal(115), Decimal("191.67"), Decimal(115), False)
    assert tuple(unrated.values()) == (Decimal(100), None, Decimal(100), True)


def test_what_the_api_cannot_recode_is_said_with_the_reason(book: Book) -> None:
    book._pending["organisation"][0]["period_lock_date"] = dt.date(2026, 3, 31)
    locked = dt.date(2026, 3, 31)
    spend(book, "free", lines=(Line(1, account="999"),))
    spend(book, "reconciled", lines=(Line(2, account="999"),), is_reconciled=True)
    spend(book, "over", lines=(Line(3, account="999"),), type="SPEND-OVERPAYMENT")
    spend(book, "locked", locked, lines=(Line(4, account="999"),))
    book.invoice("INV-1", "Landlord", dt.date(2026, 5, 1), total=9)
    book.credit_note("CN-1", "Landlord", dt.date(2026, 5, 20), lines=(Line(5, account="999"),))
    book.allocate(dt.date(2026, 5, 21), 1, invoice="INV-1", credit_note="CN-1")
    rows = built(book).rows(
        "select amount::integer as amount, can_be_recoded, recoding_obstacle "
        "from marts.client_tasks order by amount"
    )
    assert book.value("select recoding_note from marts.client_tasks where amount = 4") == (
        "The document is dated up to the organisation's lock date: an adviser moves the lock date "
        "in Xero, or posts a journal in the open period."
    )
    assert [tuple(row.values()) for row in rows] == [
        (1, True, None),
        (2, False, "reconciled"),
        (3, False, "over_or_prepayment"),
        (4, False, "period_locked"),
        (5, False, "allocated"),
    ]


def test_the_suggested_account_is_the_contacts_habit_of_the_last_12_months(book: Book) -> None:
    spend(book, "unknown")
    for number in range(2):
        book.bill(f"rent {number}", "Landlord", dt.date(2026, 4, 1), lines=(Line(900, "400"),))
    spend(book, "office", dt.date(2026, 5, 1), lines=(Line(20, "420"),))
    for number in range(3):  # too old
        spend(book, f"old {number}", dt.date(2025, 6, 30), lines=(Line(20, "420"),))
    book.invoice("sale", "Landlord", dt.date(2026, 5, 1), lines=(Line(20, "420"),))
    (task,) = tasks(built(book))
    assert task["suggested_account_code"] == "400"
    assert task["suggested_account_name"] == "Rent"
    assert (task["suggested_by_documents"], task["suggested_share"]) == (2, pytest.approx(2 / 3))
    assert task["suggested_last_date"] == dt.date(2026, 4, 1)
    assert {str(each) for each in task["suggested_document_ids"]} == {
        book.id("Invoice", "rent 0"),
        book.id("Invoice", "rent 1"),
    }


def test_a_line_is_suggested_what_the_same_words_were_coded_to(book: Book) -> None:
    lines = (
        Line(30, account="999", description="Toner 4411"),
        Line(70, account="999", description="Card payment"),
    )
    spend(book, "unknown", lines=lines)
    for number in range(2):
        book.bill(f"rent {number}", "Landlord", dt.date(2026, 4, 1), lines=(Line(900, "400"),))
    office = (Line(20, "420", description="Toner 4398"),)
    spend(book, "office", dt.date(2026, 5, 1), lines=office)
    rows = built(book).rows(
        "select suggested_account_code, suggested_by, suggested_by_documents "
        "from marts.client_task_lines order by line_number"
    )
    assert [tuple(row.values()) for row in rows] == [("420", "line_text", 1), ("400", "contact", 2)]


def test_a_contact_without_history_gets_no_suggestion(book: Book) -> None:
    spend(book, "unknown")
    spend(book, "nobody", contact=None, lines=(Line(1, account="999"),))
    rows = tasks(built(book), "suggested_account_code, contact_name")
    assert rows == [
        {"suggested_account_code": None, "contact_name": None},
        {"suggested_account_code": None, "contact_name": "Landlord"},
    ]


def test_a_tasks_id_depends_on_its_document_alone(book: Book) -> None:
    spend(book, "card")
    (task,) = tasks(built(book))
    named = f"{book.organisation_id}|bank_transaction|{book.id('BankTransaction', 'card')}"
    digest = hashlib.md5(named.encode(), usedforsecurity=False).hexdigest()
    assert task["task_id"] == uuid.UUID(digest)
