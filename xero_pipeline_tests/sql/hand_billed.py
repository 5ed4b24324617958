"""Customers billed by hand in every way there is, with what should be found in their invoices.

Their book is read on 15 June 2026.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from xero_pipeline_tests.sql.book import Book, Line

AS_OF = dt.date(2026, 6, 15)

HandedOn = Any  # keyword arguments of Book.invoice
Bill = tuple[str, int]  # day, amount
Write = Callable[[Book, str], None]
Move = tuple[str, str, str]  # month, movement, amount in NZD


@dataclass(frozen=True)
class Case:
    """A customer.

    Attributes:
        name: how it is billed; also the customer's name.
        write: puts its invoices into the book.
        found: class and schedule of its streams.
        moves: what they do to MRR.
    """

    name: str
    write: Write
    found: tuple[str, ...]
    moves: tuple[Move, ...] = ()


def day(text: str) -> dt.date:
    """ "2026-01-05", or "01-05" of 2026."""
    return dt.date.fromisoformat(text if len(text) == 10 else f"2026-{text}")


def invoice(
    book: Book, customer: str, on: str, *lines: Line, number: str = "", **columns: HandedOn
) -> str:
    number = number or f"{customer} {on}"
    book.invoice(number, customer, day(on), lines=lines, **columns)
    return number


def billed(*bills: Bill, text: str = "Care plan", **columns: HandedOn) -> Write:
    """One line an invoice, always worded alike but for the day."""

    def write(book: Book, customer: str) -> None:
        for on, amount in bills:
            invoice(book, customer, on, Line(amount, description=f"{text} {on}"), **columns)

    return write


def at(price: int, *days: str, text: str = "Care plan") -> Write:
    return billed(*((on, price) for on in days), text=text)


def every(days: int, price: int, *, first: str, times: int) -> Write:
    begins = day(first)
    return at(price, *((begins + dt.timedelta(days * n)).isoformat() for n in range(times)))


def credited(book: Book, customer: str, number: str, on: str, amount: int) -> None:
    book.credit_note(f"C/{number}", customer, day(on), total=amount)
    book.allocate(day(on), amount, invoice=number, credit_note=f"C/{number}")


# --- customers that one line does not tell -------------------------------------------------------


def rebilled(again: str) -> Write:
    """The March invoice is credited in full and raised again on another day."""

    def write(book: Book, customer: str) -> None:
        at(100, "01-28", "02-28", "03-28", "04-28", "05-28")(book, customer)
        credited(book, customer, f"{customer} 03-28", again, 100)
        at(100, again)(book, customer)

    return write


def free_month(book: Book, customer: str) -> None:
    at(100, "01-05", "02-05", "03-05", "04-05", "05-05", "06-05")(book, customer)
    credited(book, customer, f"{customer} 04-05", "04-20", 100)


def goodwill(book: Book, customer: str) -> None:
    at(100, "01-05", "02-05", "03-05", "04-05", "05-05", "06-05")(book, customer)
    credited(book, customer, f"{customer} 04-05", "04-20", 30)


def lower_price_after_a_credit(book: Book, customer: str) -> None:
    billed(("02-05", 100), ("03-05", 100), ("04-05", 70), ("05-05", 70), ("06-05", 70))(
        book, customer
    )
    credited(book, customer, f"{customer} 03-05", "03-20", 30)


def two_invoices_a_day(book: Book, customer: str) -> None:
    for on in ("02-05", "03-05", "04-05", "05-05", "06-05"):
        for amount in (60, 40):
            line = Line(amount, description="Care plan")
            invoice(book, customer, on, line, number=f"{customer} {on} {amount}")


def merged(book: Book, customer: str) -> None:
    book.contact("Old Contact", merged_to=customer)
    at(100, "02-05", "03-05")(book, "Old Contact")
    at(100, "04-05", "05-05", "06-05")(book, customer)


def renamed(book: Book, customer: str) -> None:
    for number, on in enumerate(("02-05", "03-05", "04-05", "05-05", "06-05")):
        row = book.invoice(f"{customer} {on}", customer, day(on), total=100)
        if number < 2:
            row["contact"] = {**row["contact"], "name": "Its Name Until April"}


def dollars(*days: str) -> Write:
    """60 USD at 0.50 are 120 NZD."""
    return billed(*((on, 60) for on in days), currency="USD", rate="0.50")


def switching(book: Book, customer: str) -> None:
    at(100, "01-05", "02-05", "03-05")(book, customer)
    dollars("04-05", "05-05", "06-05")(book, customer)


def two_currencies(book: Book, customer: str) -> None:
    at(100, "03-05", "04-05", "05-05", "06-05")(book, customer)
    dollars("03-20", "04-20", "05-20")(book, customer)


def beside_one_offs(book: Book, customer: str) -> None:
    extras = {"03-05": "Logo", "05-05": "Photo day"}
    for on in ("02-05", "03-05", "04-05", "05-05", "06-05"):
        extra = (Line(900, description=extras[on]),) if on in extras else ()
        invoice(book, customer, on, Line(100, description="Care plan"), *extra)


def with_media(book: Book, customer: str) -> None:
    for on in ("04-05", "05-05", "06-05"):
        media = Line(5000, account="260", description="Media")
        invoice(book, customer, on, Line(100, description="Care plan"), media)


def template(book: Book, customer: str, *days: str) -> None:
    lines = (Line(500, account="210", description="SEO"),)
    book.repeating_invoice(customer, customer, lines=lines, start=day(days[0]))
    for on in days:
        number = f"{customer} SEO {on}"
        book.invoice(number, customer, day(on), lines=lines, repeating=customer)


def template_and_by_hand(book: Book, customer: str) -> None:
    template(book, customer, "04-20", "05-20")
    at(100, "04-05", "05-05", "06-05")(book, customer)


def moved_to_a_template(book: Book, customer: str) -> None:
    at(500, "03-05", "04-05", "05-08", text="SEO")(book, customer)
    template(book, customer, "06-05")


def discount(book: Book, customer: str) -> None:
    for on in ("04-05", "05-05", "06-05"):
        lines = (Line(100, description="Care plan"), Line(-20, description="Loyalty discount"))
        invoice(book, customer, on, *lines)


MONTHLY, WEEKLY = "recurring MONTHLY 1", "recurring WEEKLY 1"
NEW_IN_FEBRUARY = (("2026-02", "new", "100.00"),)

CASES = (
    # the day
    Case(
        "dates drift",
        at(100, "01-05", "02-07", "03-04", "04-06", "05-03", "06-05"),
        (MONTHLY,),
        (("2026-01", "new", "100.00"),),
    ),
    Case(
        "about the first for the month before: April has two and February none",
        at(100, "01-31", "03-01", "04-01", "04-30", "06-01"),
        (MONTHLY,),
        (("2026-01", "new", "100.00"),),
    ),
    Case(
        "a month's last day",
        at(100, "02-28", "03-31", "04-30", "05-31"),
        (MONTHLY,),
        NEW_IN_FEBRUARY,
    ),
    Case(
        "a skipped month",
        at(100, "02-05", "03-05", "05-05", "06-05"),
        (MONTHLY,),
        NEW_IN_FEBRUARY,
    ),
    Case("two invoices a day", two_invoices_a_day, (MONTHLY,), NEW_IN_FEBRUARY),
    # credits
    Case("raised again", rebilled("03-30"), (MONTHLY,), (("2026-01", "new", "100.00"),)),
    Case("raised again next month", rebilled("04-03"), (MONTHLY,), (("2026-01", "new", "100.00"),)),
    Case("a free month", free_month, (MONTHLY,), (("2026-01", "new", "100.00"),)),
    Case("a goodwill credit", goodwill, (MONTHLY,), (("2026-01", "new", "100.00"),)),
    Case(
        "a partial credit and a lower price since",
        lower_price_after_a_credit,
        (MONTHLY,),
        (*NEW_IN_FEBRUARY, ("2026-04", "contraction", "30.00")),
    ),
    # the amount
    Case(
        "the price goes up and down",
        billed(("02-05", 100), ("03-05", 100), ("04-05", 130), ("05-05", 130), ("06-05", 90)),
        (MONTHLY,),
        (
            *NEW_IN_FEBRUARY,
            ("2026-04", "expansion", "30.00"),
            ("2026-06", "contraction", "40.00"),
        ),
    ),
    Case(
        "hours",
        billed(
            ("01-05", 800),
            ("02-05", 950),
            ("03-05", 400),
            ("04-05", 600),
            ("05-05", 700),
            ("06-05", 500),
        ),
        ("recurring_variable MONTHLY 1",),
    ),
    Case(
        "hours of a short time",
        billed(("04-05", 800), ("05-05", 600), ("06-05", 300)),
        ("one_off",),
    ),
    Case("a recurring discount", discount, (MONTHLY, MONTHLY), (("2026-04", "new", "80.00"),)),
    # the customer
    Case("merged contact", merged, (MONTHLY,), NEW_IN_FEBRUARY),
    Case("renamed contact", renamed, (MONTHLY,), NEW_IN_FEBRUARY),
    Case(
        "another currency",
        switching,
        (MONTHLY,),
        (("2026-01", "new", "100.00"), ("2026-04", "fx", "20.00")),
    ),
    Case(
        "two currencies side by side",
        two_currencies,
        (MONTHLY, MONTHLY),
        (("2026-03", "new", "220.00"),),
    ),
    Case("one-off lines beside", beside_one_offs, (MONTHLY,), NEW_IN_FEBRUARY),
    Case("media passed on", with_media, (MONTHLY,), (("2026-04", "new", "100.00"),)),
    Case(
        "a template for something else",
        template_and_by_hand,
        (MONTHLY,),
        (("2026-04", "new", "600.00"),),
    ),
    Case("moved to a template", moved_to_a_template, (MONTHLY,), (("2026-03", "new", "500.00"),)),
    # the schedule: 52/12 weeks in a month
    Case(
        "weekly", every(7, 30, first="04-07", times=10), (WEEKLY,), (("2026-04", "new", "130.00"),)
    ),
    Case(
        "fortnightly",
        every(14, 60, first="04-07", times=5),
        ("recurring WEEKLY 2",),
        (("2026-04", "new", "130.00"),),
    ),
    Case(
        "four-weekly",
        every(28, 120, first="02-03", times=5),
        ("recurring WEEKLY 4",),
        (("2026-02", "new", "130.00"),),
    ),
    Case(
        "two-monthly",
        at(200, "01-10", "03-10", "05-10"),
        ("recurring MONTHLY 2",),
        (("2026-01", "new", "100.00"),),
    ),
    Case(
        "quarterly, eight days late once",
        at(300, "2025-11-10", "02-10", "05-18"),
        ("recurring MONTHLY 3",),
        (("2025-11", "new", "100.00"),),
    ),
    Case(
        "half-yearly",
        at(600, "2025-03-10", "2025-09-10", "03-12"),
        ("recurring MONTHLY 6",),
        (("2025-03", "new", "100.00"),),
    ),
    Case(
        "yearly, dearer every time",
        billed(("2024-05-20", 1200), ("2025-05-18", 1260), ("05-20", 1320)),
        ("recurring MONTHLY 12",),
        (
            ("2024-05", "new", "100.00"),
            ("2025-05", "expansion", "5.00"),
            ("2026-05", "expansion", "5.00"),
        ),
    ),
    Case("two years only", at(1200, "2025-05-20", "05-20"), ("unconfirmed MONTHLY 12",)),
    # what does not recur
    Case(
        "projects now and then",
        billed(("2025-08-03", 4000), ("2025-09-19", 900), ("01-12", 2500), ("02-01", 7000)),
        ("one_off",),
    ),
    Case("the same small sale now and then", at(59, "01-05", "01-29", "04-17"), ("one_off",)),
    Case("twice", at(100, "04-05", "05-05"), ()),
    Case(
        "instalments, monthly",
        at(1000, "04-05", "05-05", "06-05", text="Website, instalment"),
        ("one_off",),
    ),
    # the end
    Case(
        "left in February",
        at(100, "2025-12-10", "01-10", "02-10"),
        (MONTHLY,),
        (("2025-12", "new", "100.00"), ("2026-03", "churn", "100.00")),  # paid until 10 March
    ),
    Case(
        "not yet a period and a half without an invoice",  # until 16 June
        at(100, "03-01", "04-01", "05-01"),
        (MONTHLY,),
        (("2026-03", "new", "100.00"),),
    ),
    Case(
        "a period and a half without an invoice",  # since 14 June; dated back to 30 May
        at(100, "02-28", "03-30", "04-30"),
        (MONTHLY,),
        (*NEW_IN_FEBRUARY, ("2026-05", "churn", "100.00")),
    ),
    Case(
        "left and came back",
        at(100, "2025-09-10", "2025-10-10", "2025-11-10", "04-10", "05-10", "06-10"),
        (MONTHLY,),
        (
            ("2025-09", "new", "100.00"),
            ("2025-12", "churn", "100.00"),
            ("2026-04", "reactivation", "100.00"),
        ),
    ),
)
