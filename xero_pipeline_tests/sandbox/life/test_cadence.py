"""Customers billed by hand carry a label that only the truth can see."""

from __future__ import annotations

from decimal import Decimal

from xero_pipeline.sandbox.life.labels import Slot, by_hand_key, by_hand_slot
from xero_pipeline.sandbox.life.truth import Cadence, ground_truth
from xero_pipeline_tests.sandbox.life.tiny import TinyBook, day, line


def test_labelled_invoices_of_one_customer_make_a_cadence(book: TinyBook) -> None:
    monthly = Slot("MONTHLY", 1)
    for date, price in (("2024-01-05", "100.00"), ("2024-02-04", "115.00")):
        key = by_hand_key(monthly, "ann", day(date))
        book.invoice(key, date, line(price, tax="OUTPUT2"), mode="Inclusive")
    book.invoice("INV-1", "2024-02-10", line("7.00"))

    assert ground_truth(book.events, day("2024-02-20")).cadence == (
        Cadence(
            contact_id=book.id("Contact", "ann"),
            unit="MONTHLY",
            period=1,
            currency_code="NZD",
            amount=Decimal("100.00"),
            first_date=day("2024-01-05"),
            last_date=day("2024-02-04"),
            invoices=2,
        ),
    )


def test_other_keys_carry_no_label() -> None:
    assert by_hand_slot("INV-0001") is None
    assert by_hand_slot("retainer/ann/care") is None
