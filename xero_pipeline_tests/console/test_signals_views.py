"""What is shown of rows, without a page."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from xero_pipeline.console.listings import as_csv
from xero_pipeline.console.queries.cash import CashAccount, ForecastWeek, Runway
from xero_pipeline.console.queries.clients import Client
from xero_pipeline.console.queries.receivables import Aged
from xero_pipeline.console.queries.revenue import MrrCustomer, MrrMonth
from xero_pipeline.console.queries.signals import Signal
from xero_pipeline.console.views.places import Place
from xero_pipeline.console.views.receivables import aging_view
from xero_pipeline.console.views.revenue import month_shown, revenue_view
from xero_pipeline.console.views.runway import runway_view
from xero_pipeline.console.views.signals import agency_cards, figure

PLACE = Place("harbour")
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
ZERO = Decimal(0)


def signal(name: str, **fields: object) -> Signal:
    usual = {
        "as_of_date": JUNE,
        "value": Decimal("0.25"),
        "unit": "ratio",
        "currency_code": None,
        "change": Decimal("-0.02"),
        "direction": "better",
        "band": "amber",
        "sentence": "A quarter is overdue.",
        "sentence_previous": None,
        "documents": 2,
    }
    return Signal(signal=name, **{**usual, **fields})  # type: ignore[arg-type]


def month(first: date, *, is_complete: bool, **changes: int) -> MrrMonth:
    kinds = ("opening", "new", "reactivation", "expansion", "fx", "contraction", "churn", "closing")
    amounts = {kind: Decimal(changes.get(kind, 0)) for kind in kinds}
    return MrrMonth(
        month=first, is_complete=is_complete, customers=1, nrr=None, grr=None, **amounts
    )


@pytest.mark.parametrize(
    ("value", "unit", "currency", "written"),
    [
        ("1234.5", "base_currency", "NZD", "1,234.50 NZD"),
        ("-0.125", "ratio", None, "\u221212.5 %"),
        ("40", "days", None, "40 days"),
        ("11.77", "months", None, "11.8 months"),
        ("3", "clients", None, "3"),
    ],
)
def test_a_figure_is_written_in_its_unit(
    value: str, unit: str, currency: str | None, written: str
) -> None:
    assert figure(Decimal(value), unit, currency) == written


def test_a_figure_that_is_not_known_is_a_dash() -> None:
    assert figure(None, "months", None) == "\u2013"


def test_a_card_has_a_word_beside_its_colour_and_leads_to_its_documents() -> None:
    (card,) = agency_cards([signal("overdue_share")], PLACE)
    assert (card.tone, card.word, card.value) == ("warn", "Watch", "25.0 %")
    assert card.change == "\u22122.0 points"
    assert card.documents == "/signals/documents/agency?organisation=harbour&signal=overdue_share"


def test_cards_keep_their_order_and_those_of_other_systems_follow() -> None:
    cards = agency_cards([signal("mail_silent"), signal("overdue_share"), signal("mrr")], PLACE)
    assert [card.title for card in cards] == [
        "Monthly recurring revenue",
        "Overdue share",
        "Mail silent",
    ]


def test_a_card_without_documents_leads_nowhere() -> None:
    (card,) = agency_cards([signal("overdue_share", documents=0)], PLACE)
    assert card.documents is None


def test_both_tables_of_receivables_add_up_to_the_same_total() -> None:
    """A hundred is not yet due, 60 + 40 is overdue, one part by a month."""
    aged = [
        Aged("current", "current", 2, Decimal(100)),
        Aged("1-30", "< 1 month", 1, Decimal(60)),
        Aged("31-60", "1 month", 1, Decimal(40)),
    ]
    view = aging_view(aged, PLACE)
    assert view.total == 200
    assert view.overdue == 100
    assert view.count == 4
    assert [row.amount for row in view.by_days] == [100, 60, 40, 0, 0]
    assert [row.amount for row in view.by_months] == [100, 60, 40, 0, 0, 0]
    assert view.by_days[1].share == Decimal("0.3")


def test_credits_beyond_what_is_open_have_no_shares() -> None:
    view = aging_view([Aged("current", "current", 1, Decimal(-5))], PLACE)
    assert view.by_days[0].share is None


def test_the_latest_whole_month_is_shown_unless_another_is_asked_for() -> None:
    months = [month(MAY, is_complete=True), month(JUNE, is_complete=False)]
    assert month_shown(months, None) == MAY
    assert month_shown(months, JUNE) == JUNE
    assert month_shown(months[1:], None) == JUNE
    assert month_shown([], MAY) is None


def test_a_waterfall_leads_from_the_start_to_the_end_of_the_month() -> None:
    """1,000 + 200 new - 50 reduced - 150 lost = 1,000."""
    may = month(
        MAY, is_complete=True, opening=1000, new=200, contraction=50, churn=150, closing=1000
    )
    view = revenue_view([may], [], MAY, PLACE)
    start, *changes, end = (step.amount for step in view.steps)
    assert start + sum(changes) == end == 1000
    assert changes == [200, 0, 0, 0, -50, -150]
    assert [step.label for step in view.steps if step.documents] == [
        "New",
        "Reduced",
        "Lost",
        "At the end",
    ]


def test_a_customer_that_left_is_listed_with_what_was_lost() -> None:
    gone = MrrCustomer(UUID(int=1), "Kauri Labs", ZERO, "churn", Decimal(-150), None, None)
    (row,) = revenue_view([month(MAY, is_complete=True)], [gone], MAY, PLACE).customers
    assert (row.name, row.source) == ("Kauri Labs", "left")
    assert row.mrr == 0
    assert row.change == -150


def test_runway_says_why_it_has_no_months() -> None:
    def lasts(state: str, months: Decimal | None) -> str:
        runway = Runway("3m", True, state, Decimal(900), Decimal(100), months, None, None)
        view = runway_view([runway], [], [], [], PLACE)
        assert view
        return view.bases[0].lasts

    assert lasts("runway", Decimal(9)) == "9.0 months"
    assert lasts("cash_generative", None) == "cash is growing"
    assert lasts("insufficient_history", None) == "too few whole months"


def test_a_week_ahead_leads_to_the_invoices_expected_in_it() -> None:
    runway = Runway("3m", True, "runway", Decimal(900), ZERO, Decimal(9), None, None)
    amounts = {"scheduled_in_base": Decimal(5), "bills_base": Decimal(3)}
    rest = {
        "scheduled_out_base": ZERO,
        "unannounced_burn_base": Decimal(2),
        "closing_base": Decimal(910),
        "low_base": None,
        "high_base": None,
    }
    weeks = [
        ForecastWeek(1, date(2026, 6, 8), receivables_base=Decimal(10), **amounts, **rest),  # type: ignore[arg-type]
        ForecastWeek(2, date(2026, 6, 15), receivables_base=ZERO, **amounts, **rest),  # type: ignore[arg-type]
    ]
    view = runway_view([runway], [], weeks, [], PLACE)
    assert view
    first, second = view.weeks
    assert first.money_in == 15
    assert first.money_out == 5
    assert first.expected
    assert first.expected.endswith("first_day=2026-06-02&last_day=2026-06-08")
    assert second.expected is None
    assert not view.has_fan


def test_books_without_bank_accounts_have_no_runway() -> None:
    assert runway_view([], [], [], [], PLACE) is None


def test_what_begins_like_a_formula_is_text_in_a_file() -> None:
    text = as_csv(Client, [Client('=HYPERLINK("http://bad.example")'), Client("Kauri Labs")])
    assert text.splitlines() == [
        "client_name",
        '"\'=HYPERLINK(""http://bad.example"")"',
        "Kauri Labs",
    ]


def test_amounts_below_zero_stay_numbers_in_a_file() -> None:
    account = CashAccount(None, "Visa", "NZD", True, Decimal("-12.50"), Decimal("-12.50"), JUNE)
    assert as_csv(CashAccount, [account]).splitlines()[1] == (
        ",Visa,NZD,True,-12.50,-12.50,2026-06-01"
    )
