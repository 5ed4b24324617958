"""How clients have paid, on books small enough to check by hand."""

from __future__ import annotations

from decimal import Decimal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.truth import ClientRisk, History, client_risks
from xero_pipeline_tests.sandbox.life.tiny import TinyBook, day, line


def the_client(book: TinyBook, as_of: str) -> ClientRisk:
    (risk,) = client_risks(History(book.events), day(as_of))
    return risk


def test_each_payment_counts_on_its_day_with_its_amount(book: TinyBook) -> None:
    book.invoice("INV-1", "2024-03-01", line("400.00"), due="2024-03-11")
    book.pay("P-1", "INV-1", "2024-03-11", "100.00")
    book.pay("P-2", "INV-1", "2024-03-31", "300.00")

    risk = the_client(book, "2024-04-10")
    assert risk.days_beyond_terms == 15  # 100 after 0 days, 300 after 20
    assert (risk.settled_invoices, risk.on_time_rate, risk.worst_age) == (1, Decimal(0), None)


def test_what_comes_later_is_not_known_yet(book: TinyBook) -> None:
    book.invoice("INV-1", "2024-03-01", line("400.00"), due="2024-03-11")
    book.pay("P-1", "INV-1", "2024-03-11", "100.00")
    book.pay("P-2", "INV-1", "2024-03-31", "300.00")

    risk = the_client(book, "2024-03-30")
    assert (risk.outstanding_base, risk.worst_age, risk.settled_invoices) == (Decimal(300), 19, 0)
    assert risk.dso == Decimal("273.8")  # 365 x 300 / 400 = 273.75
    assert risk.bpdso == 0


def test_an_invoice_settled_by_a_credit_note_alone_is_not_decided(book: TinyBook) -> None:
    book.invoice("INV-1", "2024-03-01", line("100.00"), due="2024-03-11")
    book.credit_note("CN-1", "2024-03-05", line("100.00"))
    book.allocate("A-1", "CN-1", "INV-1", "100.00")

    risk = the_client(book, "2024-04-10")
    assert (risk.decided_invoices, risk.settled_invoices, risk.on_time_rate) == (0, 0, None)
    assert risk.days_beyond_terms == -6


def test_foreign_invoices_count_at_their_own_rate(book: TinyBook) -> None:
    book.invoice("INV-1", "2024-03-01", line("100.00"), due="2024-03-11", rate="0.5")
    book.pay("P-1", "INV-1", "2024-03-21", "60.00", account="093", rate="0.6")

    risk = the_client(book, "2024-03-30")
    assert (risk.outstanding_base, risk.dso) == (Decimal(80), Decimal(146))  # 365 x 80 / 200


def test_the_trend_needs_twelve_settled_invoices(book: TinyBook) -> None:
    for month in range(1, 13):
        book.invoice(
            f"INV-{month}", f"2024-{month:02}-01", line("10.00"), due=f"2024-{month:02}-05"
        )
        paid = 7 if month <= 6 else 15
        book.pay(f"P-{month}", f"INV-{month}", f"2024-{month:02}-{paid:02}", "10.00")

    assert the_client(book, "2024-12-14").trend_days is None
    assert the_client(book, "2024-12-15").trend_days == 8  # 10 days late instead of 2


def test_a_merged_contact_lives_on_in_the_other(book: TinyBook) -> None:
    book.invoice("INV-1", "2024-03-01", line("100.00"), contact="ann")
    book.invoice("INV-2", "2024-03-01", line("100.00"), contact="bob")
    book.add(ev.ContactsMerged(book.at(), loser="bob", winner="ann"))

    risk = the_client(book, "2024-03-30")
    assert (risk.contact_id, risk.open_invoices) == (book.id("Contact", "ann"), 2)
    assert risk.share_of_receivables == 1
