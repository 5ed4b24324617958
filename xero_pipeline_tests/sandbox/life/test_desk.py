"""The desk refuses what Xero would refuse, so that a bad plan fails where it is made."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline.sandbox.life.desk import Desk
from xero_pipeline.sandbox.life.diary import Diary
from xero_pipeline.sandbox.life.papers import PlanError
from xero_pipeline.sandbox.life.rates import DayRates
from xero_pipeline_tests.sandbox.life.tiny import line


@pytest.fixture
def desk() -> Desk:
    diary = Diary(1, dt.date(2024, 1, 1), "Pacific/Auckland")
    desk = Desk(diary, DayRates(diary, "NZD", {"USD": 0.6}), {"OUTPUT2": Decimal(15)})
    desk.account_currency["090"] = "NZD"
    return desk


def test_a_draft_cannot_be_paid(desk: Desk) -> None:
    draft = desk.raise_invoice("ACCREC", "ann", (line("1.00"),), number="1", status="DRAFT")
    with pytest.raises(PlanError, match="is DRAFT, not AUTHORISED"):
        desk.pay(draft, "090")


def test_no_more_can_be_paid_than_is_due(desk: Desk) -> None:
    invoice = desk.raise_invoice("ACCREC", "ann", (line("1.00"),), number="1")
    with pytest.raises(PlanError, match=r"2\.00 against 1, of which 1\.00 is left"):
        desk.pay(invoice, "090", Decimal("2.00"))


def test_a_part_paid_invoice_cannot_be_voided(desk: Desk) -> None:
    invoice = desk.raise_invoice("ACCREC", "ann", (line("3.00"),), number="1")
    desk.pay(invoice, "090", Decimal("1.00"))
    with pytest.raises(PlanError, match="cannot become VOIDED"):
        desk.set_status(invoice, "VOIDED")


def test_a_credit_applies_within_one_currency(desk: Desk) -> None:
    invoice = desk.raise_invoice("ACCREC", "ann", (line("3.00"),), number="1")
    abroad = desk.raise_invoice("ACCREC", "ann", (line("3.00"),), number="2", currency="USD")
    note = desk.raise_credit_note(abroad, (line("1.00"),), number="3")
    with pytest.raises(PlanError, match="different currencies"):
        desk.allocate(note, invoice)


def test_a_deleted_payment_opens_the_invoice_again(desk: Desk) -> None:
    invoice = desk.raise_invoice("ACCREC", "ann", (line("3.00"),), number="1")
    key = desk.pay(invoice, "090")
    assert desk.open_invoices("ACCREC") == []
    desk.delete_payment(key)
    assert desk.open_invoices("ACCREC") == [invoice]
    assert desk.balance["090"] == 0
