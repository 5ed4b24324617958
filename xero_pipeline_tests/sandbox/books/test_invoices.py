"""Invoices and bills: status machine, amounts, what is nested, what the ledger gets."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.books import Book, Refused
from xero_pipeline.sandbox.events import xero_id
from xero_pipeline_tests.sandbox.books.harbour import (
    GST,
    KEY,
    PAYABLE,
    RECEIVABLE,
    RENT,
    SALES,
    Changes,
    allocation,
    apply,
    balance,
    bill,
    credit_note,
    day,
    dollars,
    invoice,
    line,
    money,
    new_book,
    noon,
    part,
    payment,
    posted,
    row,
)

AMOUNTS = ("Total", "AmountDue", "AmountPaid", "AmountCredited")


def status(key: str, to: str, on: str = "03-20") -> ev.InvoiceStatusChanged:
    return ev.InvoiceStatusChanged(noon(on), key, to)  # type: ignore[arg-type]


def test_an_approved_invoice_debits_receivables_and_credits_sales_and_gst() -> None:
    book = new_book(invoice("INV-1", 100, lines=(line(100, tax_type="OUTPUT2"),)))
    assert [posted(journal) for journal in book.journals()] == [
        {RECEIVABLE: Decimal(115), SALES: Decimal(-100), GST: Decimal(-15)}
    ]
    assert part(row(book, "Invoice", "INV-1"), "SubTotal", "TotalTax", *AMOUNTS) == money(
        SubTotal=100, TotalTax=15, Total=115, AmountDue=115, AmountPaid=0, AmountCredited=0
    )


def test_a_bill_is_the_mirror_image() -> None:
    book = new_book(bill("BILL-1", 100, lines=(line(100, RENT, tax_type="INPUT2"),)))
    assert posted(book.journals()[0]) == {
        PAYABLE: Decimal(-115),
        RENT: Decimal(100),
        GST: Decimal(15),
    }


def test_a_draft_is_due_in_full_and_posts_nothing() -> None:
    book = new_book(invoice("INV-1", 80, status="DRAFT"))
    assert part(row(book, "Invoice", "INV-1"), "Status", "AmountDue") == {
        "Status": "DRAFT",
        "AmountDue": Decimal(80),
    }
    assert not book.journals()


def test_approving_a_draft_posts_it_on_the_invoice_date() -> None:
    book = new_book(invoice("INV-1", 80, "03-01", status="DRAFT"), status("INV-1", "AUTHORISED"))
    assert [journal.date for journal in book.journals()] == [day("03-01")]
    assert row(book, "Invoice", "INV-1")["UpdatedDateUTC"] == noon("03-20")


@pytest.mark.parametrize(
    ("drafted", "then"), [("DRAFT", "DELETED"), ("AUTHORISED", "VOIDED"), ("SUBMITTED", "DELETED")]
)
def test_what_is_voided_or_deleted_keeps_its_total_and_owes_nothing(
    drafted: str, then: str
) -> None:
    book = new_book(invoice("INV-1", 80, status=drafted), status("INV-1", then))
    found = row(book, "Invoice", "INV-1")
    assert found["Status"] == then
    assert part(found, *AMOUNTS) == money(Total=80, AmountDue=0, AmountPaid=0, AmountCredited=0)
    assert "FullyPaidOnDate" not in found


def test_a_void_posts_one_exact_reversal_on_the_same_day() -> None:
    book = new_book(invoice("INV-1", 80, "03-01"), status("INV-1", "VOIDED", "04-20"))
    first, second = book.journals()
    assert (second.source, second.date, second.created_at) == (
        first.source,
        day("03-01"),
        noon("04-20"),
    )
    assert posted(second) == {RECEIVABLE: Decimal(-80), SALES: Decimal(80)}


@pytest.mark.parametrize(
    ("saved", "to"),
    [("DRAFT", "VOIDED"), ("AUTHORISED", "DRAFT"), ("AUTHORISED", "DELETED")],
)
def test_other_changes_of_status_are_refused(saved: str, to: str) -> None:
    book = new_book(invoice("INV-1", 80, status=saved))
    with pytest.raises(Refused, match=f"cannot become {to}"):
        book.apply(status("INV-1", to))


def test_an_invoice_with_a_payment_cannot_be_voided() -> None:
    book = new_book(invoice("INV-1", 80), payment("P-1", "INV-1", 30))
    with pytest.raises(Refused, match="has payments or credits"):
        book.apply(status("INV-1", "VOIDED"))


def test_an_edit_reverses_and_posts_anew_with_the_same_source_and_day() -> None:
    book = new_book(
        invoice("INV-1", 80, "03-01"),
        ev.DocumentRecoded(noon("03-09"), "Invoice", "INV-1", (line(90),)),
    )
    assert [posted(journal) for journal in book.journals()] == [
        {RECEIVABLE: Decimal(80), SALES: Decimal(-80)},
        {RECEIVABLE: Decimal(-80), SALES: Decimal(80)},
        {RECEIVABLE: Decimal(90), SALES: Decimal(-90)},
    ]
    assert {(journal.source.id, journal.date) for journal in book.journals()} == {
        (xero_id(KEY, "Invoice", "INV-1"), day("03-01"))
    }


def test_line_ids_follow_from_the_key_and_are_new_after_an_edit() -> None:
    book = new_book(invoice("INV-1", 80))
    before = row(book, "Invoice", "INV-1")["LineItems"][0]["LineItemID"]
    assert before == xero_id(KEY, "LineItem", "INV-1/1")
    book.apply(ev.DocumentRecoded(noon("03-09"), "Invoice", "INV-1", (line(80),)))
    assert row(book, "Invoice", "INV-1")["LineItems"][0]["LineItemID"] != before


def test_a_part_paid_invoice_can_be_recoded_but_keeps_its_total() -> None:
    book = new_book(invoice("INV-1", 80), payment("P-1", "INV-1", 30))
    book.apply(ev.DocumentRecoded(noon("03-11"), "Invoice", "INV-1", (line(80, RENT),)))
    assert balance(book, SALES) == 0
    with pytest.raises(Refused, match="total cannot change"):
        book.apply(ev.DocumentRecoded(noon("03-12"), "Invoice", "INV-1", (line(90),)))


def test_due_date_moves_the_timestamp_only_while_nothing_is_paid() -> None:
    book = new_book(
        invoice("INV-1", 80),
        ev.InvoiceDatesChanged(noon("03-05"), "INV-1", due_date=day("04-30")),
    )
    assert row(book, "Invoice", "INV-1")["UpdatedDateUTC"] == noon("03-05")
    apply(
        book,
        payment("P-1", "INV-1", 30, "03-10"),
        ev.InvoiceDatesChanged(noon("03-15"), "INV-1", due_date=day("05-31")),
    )
    found = row(book, "Invoice", "INV-1")
    assert (found["DueDate"], found["UpdatedDateUTC"]) == (day("05-31"), noon("03-10"))


def test_expected_dates_have_different_names_on_sales_and_bills() -> None:
    book = new_book(
        invoice("INV-1", 80),
        bill("BILL-1", 80),
        *(
            ev.InvoiceDatesChanged(noon("03-05"), key, expected_payment_date=day("04-30"))
            for key in ("INV-1", "BILL-1")
        ),
    )
    assert row(book, "Invoice", "INV-1")["ExpectedPaymentDate"] == day("04-30")
    assert row(book, "Invoice", "BILL-1")["PlannedPaymentDate"] == day("04-30")


def test_sales_numbers_are_unique_and_bill_numbers_are_not() -> None:
    book = new_book(invoice("INV-1", 80), bill("B-1", 5, number="7"), bill("B-2", 5, number="7"))
    with pytest.raises(Refused, match="must be unique"):
        book.apply(invoice("other", 80, number="INV-1"))
    assert book.row("Invoices", "INV-1") == row(book, "Invoice", "INV-1")


def test_amounts_of_a_settled_invoice_add_up_and_say_when() -> None:
    book = new_book(
        invoice("INV-1", 100, "03-01"),
        credit_note("CN-1", 30, "03-20"),
        payment("P-1", "INV-1", 70, "03-10"),
        allocation("A-1", "CN-1", "INV-1", 30, "03-25"),
    )
    found = row(book, "Invoice", "INV-1")
    assert part(found, *AMOUNTS) == money(Total=100, AmountDue=0, AmountPaid=70, AmountCredited=30)
    assert part(found, "Status", "FullyPaidOnDate") == {
        "Status": "PAID",
        "FullyPaidOnDate": day("03-20"),
    }


def test_nested_payment_and_credit_note_are_stubs() -> None:
    book = new_book(
        invoice("INV-1", 100),
        credit_note("CN-1", 50, "03-05"),
        payment("P-1", "INV-1", 70, reference="thanks"),
        allocation("A-1", "CN-1", "INV-1", 30),
    )
    found = row(book, "Invoice", "INV-1")
    assert found["Payments"] == [
        {
            "PaymentID": xero_id(KEY, "Payment", "P-1"),
            "Date": day("03-10"),
            "Amount": Decimal(70),
            "Reference": "thanks",
            "CurrencyRate": Decimal(1),
            "HasAccount": False,
            "HasValidationErrors": False,
        }
    ]
    assert found["CreditNotes"] == [
        {
            "CreditNoteID": xero_id(KEY, "CreditNote", "CN-1"),
            "CreditNoteNumber": "CN-1",
            "ID": xero_id(KEY, "CreditNote", "CN-1"),
            "HasErrors": False,
            "AppliedAmount": Decimal(30),
            "Date": day("03-05"),
            "LineItems": [],
            "Total": Decimal(50),
        }
    ]
    assert found["Prepayments"] == found["Overpayments"] == []


def test_sent_to_contact_shows_only_when_true() -> None:
    book = new_book(invoice("INV-1", 1), invoice("INV-2", 1, sent_to_contact=True))
    assert "SentToContact" not in row(book, "Invoice", "INV-1")
    assert row(book, "Invoice", "INV-2")["SentToContact"] is True


def test_some_approved_invoices_in_base_currency_come_without_a_rate() -> None:
    book = new_book(
        *(invoice(f"INV-{n}", 1) for n in range(50)), invoice("USD", 1, **dollars("0.6"))
    )
    rates = [found.get("CurrencyRate") for found in book.rows("Invoices")]
    assert set(rates[:50]) == {None, Decimal(1)}
    assert rates[50] == Decimal("0.6")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"contact": "nobody"}, "no contact 'nobody'"),
        ({"currency": "EUR"}, "not subscribed to the currency EUR"),
        ({"currency": "USD"}, "needs a currency rate"),
        ({"lines": ()}, "line items must be specified"),
        ({"lines": (line(10, RECEIVABLE),)}, "cannot be coded to"),
        ({"lines": (line(10, tax_type="GHOST"),)}, "no tax rate 'GHOST'"),
    ],
)
def test_what_xero_does_not_know_is_refused_and_changes_nothing(
    changes: dict[str, Changes], message: str
) -> None:
    book = new_book()
    version = book.version
    with pytest.raises(Refused, match=message):
        book.apply(invoice("INV-1", 10, **changes))
    assert book.version == version
    assert not book.rows("Invoices")
    assert not book.journals()


def test_an_unchanged_row_stays_the_same_object() -> None:
    book: Book = new_book(invoice("INV-1", 10), invoice("INV-2", 10))
    before = list(book.rows("Invoices"))
    book.apply(payment("P-1", "INV-2", 10))
    after = book.rows("Invoices")
    assert after[0] is before[0]
    assert after[1] is not before[1]
