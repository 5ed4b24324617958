"""What recurs by hand: streams from the labels that only the truth can see, rule by rule."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xero_pipeline.sandbox.life.labels import Kind, Label, Slot, by_hand, by_hand_key
from xero_pipeline.sandbox.life.truth import Cadence, History, ground_truth
from xero_pipeline.sandbox.life.truth.cadence import Stream, streams
from xero_pipeline_tests.sandbox.life.tiny import TinyBook, day, line

MONTHLY = Slot("MONTHLY", 1)


def bill(
    book: TinyBook,
    number: int,
    date: str,
    price: str = "100.00",
    *,
    slot: Slot = MONTHLY,
    kind: Kind = "fixed",
    account: str = "200",
) -> str:
    key = by_hand_key("ann", day(date), Label("care", kind, slot, number))
    book.invoice(key, date, line(price, account))
    return key


def care(book: TinyBook, as_of: str) -> Stream:
    (stream,) = streams(History(book.events), day(as_of))
    return stream


def counts(book: TinyBook, as_of: str, *days: str) -> list[bool]:
    stream = care(book, as_of)
    return [stream.counts_at(day(each)) for each in days]


# --- labels --------------------------------------------------------------------------------------


def test_a_key_says_what_each_line_recurs_as() -> None:
    label = Label("care", "variable", Slot("WEEKLY", 2), 7)
    key = by_hand_key("ann", day("2024-03-01"), label, None)
    assert key == "by-hand/ann/2024-03-01/care:variable:WEEKLY-2:7+none"
    said = by_hand(key)
    assert said is not None
    assert said == ("ann", (label, None))


@pytest.mark.parametrize("key", ["INV-0001", "retainer/ann/care"])
def test_other_keys_carry_no_label(key: str) -> None:
    assert by_hand(key) is None


# --- occurrences ---------------------------------------------------------------------------------


def test_three_occurrences_make_a_stream(book: TinyBook) -> None:
    bill(book, 0, "2024-01-05")
    bill(book, 1, "2024-02-04")
    assert ground_truth(book.events, day("2024-02-20")).cadence == ()

    bill(book, 2, "2024-03-06", "115.00")
    book.invoice("INV-1", "2024-03-10", line("7.00"))
    assert ground_truth(book.events, day("2024-03-20")).cadence == (
        Cadence(
            contact_id=book.id("Contact", "ann"),
            stream="care",
            kind="fixed",
            unit="MONTHLY",
            period=1,
            currency_code="NZD",
            amount=Decimal("115.00"),
            first_date=day("2024-01-05"),
            last_date=day("2024-03-06"),
            invoices=3,
        ),
    )


def test_what_is_credited_and_raised_again_keeps_its_date_and_has_the_new_amount(
    book: TinyBook,
) -> None:
    bill(book, 0, "2024-01-05")
    wrong = bill(book, 1, "2024-02-05", "190.00")
    bill(book, 2, "2024-03-05")
    book.credit_note("CN-1", "2024-02-11", line("190.00"))
    book.allocate("A-1", "CN-1", wrong, "190.00")
    bill(book, 1, "2024-02-11", "90.00")

    slots = [(str(each.date), each.net) for each in care(book, "2024-03-20").occurrences]

    assert slots[1] == ("2024-02-05", Decimal("90.00"))
    assert len(slots) == 3


def test_a_month_that_is_credited_and_never_raised_again_is_a_skipped_one(book: TinyBook) -> None:
    for number, month in enumerate(("01", "02", "03", "04")):
        key = bill(book, number, f"2024-{month}-05")
    book.credit_note("CN-1", "2024-04-08", line("100.00"))
    book.allocate("A-1", "CN-1", key, "100.00")
    assert len(care(book, "2024-04-20").occurrences) == 3


def test_pass_through_lines_make_no_stream(book: TinyBook) -> None:
    for number, month in enumerate(("01", "02", "03")):
        bill(book, number, f"2024-{month}-05", account="260")
    assert streams(History(book.events), day("2024-03-20"), {"260"}) == []


# --- when a stream counts ------------------------------------------------------------------------


def test_an_invoice_dated_some_days_early_pays_until_the_next_usual_day(book: TinyBook) -> None:
    """About the first of a month: what is dated 30 April pays for May all the same."""
    for number, date in enumerate(("2024-02-01", "2024-03-02", "2024-04-01", "2024-04-30")):
        bill(book, number, date)
    assert counts(book, "2024-09-30", "2024-01-31", "2024-02-29", "2024-05-31", "2024-06-30") == [
        False,
        True,
        True,
        False,
    ]


def test_who_is_not_billed_has_left_after_a_period_and_a_half_and_from_its_end(
    book: TinyBook,
) -> None:
    """Paid until 20 April; half a month later, on 5 May, that was the end."""
    for number, month in enumerate(("01", "02", "03")):
        bill(book, number, f"2024-{month}-20")
    assert counts(book, "2024-05-04", "2024-04-30", "2024-05-04") == [True, True]
    assert counts(book, "2024-05-05", "2024-03-31", "2024-04-30") == [True, False]


def test_one_skipped_month_is_no_break_two_are(book: TinyBook) -> None:
    for number in (0, 1, 3):
        bill(book, number, f"2024-{number + 1:02}-05")
    bill(book, 6, "2024-07-05")
    days = ("2024-03-31", "2024-04-30", "2024-05-31", "2024-06-30", "2024-07-31")
    assert counts(book, "2024-08-01", *days) == [True, True, False, False, True]


def test_some_weeks_of_holiday_are_no_break(book: TinyBook) -> None:
    weekly = Slot("WEEKLY", 1)
    for number, date in enumerate(("2024-05-03", "2024-05-10", "2024-05-17")):
        bill(book, number, date, slot=weekly)
    bill(book, 6, "2024-06-14", slot=weekly)
    assert counts(book, "2024-06-15", "2024-05-31") == [True]


def test_the_price_is_that_of_the_latest_occurrence(book: TinyBook) -> None:
    for number, price in enumerate(("100.00", "100.00", "80.00")):
        bill(book, number, f"2024-0{number + 1}-05", price)
    stream = care(book, "2024-04-01")
    feb, mar = stream.at(day("2024-02-29")), stream.at(day("2024-03-31"))
    assert feb is not None
    assert mar is not None
    assert (feb.net, mar.net) == (Decimal("100.00"), Decimal("80.00"))


def test_the_level_of_hours_is_the_mean_of_the_last_three(book: TinyBook) -> None:
    for number, price in enumerate((70, 95, 90, 300, 150, 210)):
        bill(book, number, f"2024-0{number + 1}-05", f"{price}.00", kind="variable")
    stream = care(book, "2024-06-10")
    assert stream.level_at(day("2024-03-31")) == Decimal(85)
    assert stream.level_at(day("2024-06-10")) == Decimal(220)


def test_hours_are_a_stream_from_the_sixth_time_on(book: TinyBook) -> None:
    for number in range(5):
        bill(book, number, f"2024-0{number + 1}-05", f"{number + 1}00.00", kind="variable")
    assert streams(History(book.events), day("2024-05-20")) == []
