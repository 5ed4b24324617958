"""The truth agrees with the ledger, which works out the same figures in another way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

import pytest

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.books import Book
from xero_pipeline.sandbox.life import Truth, agency, client_book, ground_truth
from xero_pipeline.sandbox.life.truth import AgedDocument, CashBalance

START = dt.date(2024, 5, 22)
TODAY = dt.date(2026, 11, 21)
END = dt.datetime(2026, 11, 21, 10, 0, tzinfo=dt.UTC)


class Told(NamedTuple):
    book: Book
    truth: Truth


@pytest.fixture(scope="module", params=[agency, client_book])
def told(request: pytest.FixtureRequest) -> Told:
    events: list[ev.Event] = request.param(7, START, END)
    opened, *rest = events
    assert isinstance(opened, ev.OrganisationOpened)
    book = Book(opened)
    for event in rest:
        book.apply(event)
    return Told(book, ground_truth(events, TODAY))


def documents(told: Told) -> tuple[AgedDocument, ...]:
    return (*told.truth.ar_aging_documents, *told.truth.ap_aging_documents)


def base(rows: Iterable[AgedDocument]) -> Decimal:
    return sum((row.amount_due_base for row in rows), Decimal(0))


def today(told: Told) -> list[CashBalance]:
    return [row for row in told.truth.cash_balances if row.as_of_date == TODAY]


def in_ledger(book: Book, account: str, as_of: dt.date) -> Decimal:
    """An account's balance in base currency, debit positive."""
    return sum(
        (
            entry.amount
            for journal in book.journals()
            if journal.date <= as_of
            for entry in journal.entries
            if entry.account == account
        ),
        Decimal(0),
    )


def test_invoices_are_open_with_the_amount_due_that_the_book_shows(told: Told) -> None:
    shown = {
        row["InvoiceID"]: row["AmountDue"]
        for row in told.book.rows("Invoices")
        if row["Status"] == "AUTHORISED" and row["AmountDue"]
    }
    true = {d.document_id: d.amount_due for d in documents(told) if d.document_type == "invoice"}
    assert shown == true


@pytest.mark.parametrize(
    ("kind", "list_key", "id_field"),
    [
        ("credit_note", "CreditNotes", "CreditNoteID"),
        ("overpayment", "Overpayments", "OverpaymentID"),
        ("prepayment", "Prepayments", "PrepaymentID"),
    ],
)
def test_credits_have_the_remainder_that_the_book_shows(
    told: Told, kind: str, list_key: str, id_field: str
) -> None:
    shown = {
        row[id_field]: row["RemainingCredit"]
        for row in told.book.rows(list_key)
        if row["Status"] == "AUTHORISED" and row["RemainingCredit"]
    }
    true = {d.document_id: -d.amount_due for d in documents(told) if d.document_type == kind}
    assert shown == true


def test_base_amounts_add_up_to_the_control_accounts(told: Told) -> None:
    """Prepayments stand on the accounts their lines are coded to, as in Xero."""
    for rows, system, sign in (
        (told.truth.ar_aging_documents, "DEBTORS", 1),
        (told.truth.ap_aging_documents, "CREDITORS", -1),
    ):
        code = next(
            row["Code"] for row in told.book.rows("Accounts") if row.get("SystemAccount") == system
        )
        open_base = base(row for row in rows if row.document_type != "prepayment")
        assert in_ledger(told.book, str(code), TODAY) == sign * open_base


def test_cash_is_what_the_ledger_has_on_the_bank_accounts(told: Told) -> None:
    quarters = [row for row in told.truth.cash_balances if row.as_of_date.month % 3 == 0]
    for row in (*quarters, *today(told)):
        assert in_ledger(told.book, row.account_code, row.as_of_date) == row.balance_base
    for row in today(told):
        assert told.book.account_balance(row.account_code) == row.balance


def test_flows_explain_every_change_of_cash(told: Told) -> None:
    total = sum(
        (
            flow.operating_in - flow.operating_out + flow.financing_in - flow.financing_out
            for flow in told.truth.cash_flow_monthly
        ),
        Decimal(0),
    )
    assert total == sum(row.balance_base for row in today(told))


def test_mrr_closes_where_the_next_month_opens(told: Told) -> None:
    months = told.truth.mrr_monthly
    for month, following in pairwise(months):
        assert month.closing == following.opening
    for month in months:
        gained = month.new + month.reactivation + month.expansion + month.fx
        assert month.opening + gained - month.contraction - month.churn == month.closing


def test_the_truth_survives_json(told: Told) -> None:
    assert Truth.from_json(told.truth.to_json()) == told.truth
