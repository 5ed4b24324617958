"""Charts and tables in the metadata of marts: few, whatever the number of organisations."""

from __future__ import annotations

import base64
import re
from decimal import Decimal

import duckdb
import pytest

from xero_pipeline.assets import pictures
from xero_pipeline.assets.charts import Step, _apart, _short, _stacked, bars, history_and_waterfall
from xero_pipeline.assets.markdown import plain, table
from xero_pipeline.assets.pictures import picture
from xero_pipeline.warehouse import read_published
from xero_pipeline_tests.studio import ABROAD, AGENCY, CLIENT, Studio


def shown(studio: Studio, relation: str) -> str:
    with read_published(studio.settings.published_database) as connection:
        drawn = picture(connection, relation)
    assert drawn is not None
    return drawn.markdown


def test_receivables_have_a_chart_per_organisation_since_currencies_are_never_added(
    published_studio: Studio,
) -> None:
    drawn = shown(published_studio, "marts.ar_aging_summary")
    titles = [f"{AGENCY}, NZD", f"{CLIENT}, NZD", f"{ABROAD}, AUD"]
    assert all(
        f"![Receivables by days overdue: {title}](data:image/png" in drawn for title in titles
    )


@pytest.mark.parametrize(
    ("relation", "title"),
    [
        ("marts.ar_aging_history", "Open sales invoices at month end, by days overdue"),
        ("marts.cash_flow_monthly", "Money in and out by month, without transfers and financing"),
        ("marts.cash_forecast", "Cash so far and as committed"),
    ],
)
def test_of_many_organisations_those_with_the_most_to_show_are_drawn(
    published_studio: Studio, monkeypatch: pytest.MonkeyPatch, relation: str, title: str
) -> None:
    monkeypatch.setattr(pictures, "_SHOWN", 1)
    drawn = shown(published_studio, relation)
    assert drawn.count("![") == 1
    assert drawn.startswith(f"![{title}")


def test_recurring_revenue_is_drawn_with_what_moved_it() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema marts; create schema staging;
            create table staging.organisations as
            select 1 as organisation_id, 'A$AP & [Co]' as name, 'NZD' as base_currency,
                date '2026-06-30' as as_of_date;
            create table marts.mrr_monthly as
            select 1 as organisation_id, month::date as month, 100.00::decimal(18, 2) as opening,
                20.00::decimal(18, 2) as new, 0.00::decimal(18, 2) as reactivation,
                5.00::decimal(18, 2) as expansion, 0.00::decimal(18, 2) as fx,
                5.00::decimal(18, 2) as contraction, 20.00::decimal(18, 2) as churn,
                100.00::decimal(18, 2) as closing
            from range(date '2025-01-01', date '2026-07-01', interval 1 month) as months (month)
            """
        )
        drawn = picture(connection, "marts.mrr_monthly")
    title = r"Monthly recurring revenue, and what moved it since July 2025: A$AP &amp; \[Co\], NZD"
    assert drawn is not None
    assert drawn.markdown.startswith(f"![{title}](data:image/png;base64,")


def test_signals_are_a_table_the_worst_first(published_studio: Studio) -> None:
    drawn = shown(published_studio, "marts.agency_signals")
    agency = drawn[drawn.index(AGENCY) :]
    words = "600.00 NZD of 600.00 NZD in open sales invoices is overdue (100%)."
    assert f"| ■ red | {words} |" in agency
    assert agency.index("■") < agency.index("●")


def test_risk_is_a_table_of_clients_with_their_reasons(published_studio: Studio) -> None:
    drawn = shown(published_studio, "marts.overdue_risk")
    assert f"**Whose payments are most at risk: {AGENCY}, NZD**" in drawn
    (row,) = [line for line in drawn.splitlines() if "600.00 NZD is open" in line]
    assert row.startswith("| Harbour Cafe |")
    assert "| 600.00 |" in row


def test_most_tables_have_none(published_studio: Studio) -> None:
    with read_published(published_studio.settings.published_database) as connection:
        assert picture(connection, "marts.runway") is None


def test_nothing_to_show_is_no_picture(published_studio: Studio) -> None:
    with read_published(published_studio.settings.published_database) as connection:
        assert picture(connection, "marts.mrr_monthly") is None


def test_the_same_rows_are_not_drawn_again() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema marts; create schema staging;
            create table staging.organisations as
            select 1 as organisation_id, 'Harbour' as name, 'NZD' as base_currency,
                date '2026-06-30' as as_of_date;
            create table marts.cash_flow_monthly as
            select 1 as organisation_id, date '2026-06-01' as month,
                100.00::decimal(18, 2) as inflow_base, 20.00::decimal(18, 2) as outflow_base;
            """
        )
        first = picture(connection, "marts.cash_flow_monthly")
        assert picture(connection, "marts.cash_flow_monthly", last=first) is first

        connection.execute("update marts.cash_flow_monthly set outflow_base = 30")
        other = picture(connection, "marts.cash_flow_monthly", last=first)
    assert first is not None
    assert other is not None
    assert other.markdown != first.markdown


# --- how it is drawn -----------------------------------------------------------------------------


def test_a_picture_is_a_png_that_the_ui_shows_without_a_request() -> None:
    drawn = bars("Aging: Kea $ave & $pend, NZD", ["current", "1-30"], [Decimal(5), Decimal(-2)])
    found = re.fullmatch(r"!\[(.*)\]\(data:image/png;base64,(.*)\)", drawn)
    assert found is not None
    assert base64.b64decode(found[2]).startswith(b"\x89PNG")


def test_a_waterfall_goes_from_total_to_total() -> None:
    """100, 20 more, 50 less: 70."""
    steps = [
        Step("before", Decimal(100), is_total=True),
        Step("new", Decimal(20)),
        Step("lost", Decimal(-50)),
        Step("now", Decimal(70), is_total=True),
    ]
    assert _stacked(steps) == ([0, 100, 120, 0], [100, 20, -50, 70])
    assert history_and_waterfall("MRR", ["May"], [Decimal(70)], steps).startswith("![MRR](")


def test_labels_of_lines_that_end_together_are_moved_apart_and_keep_their_order() -> None:
    assert _apart([0, 0, 70], least=30) == [-10, 20, 60]
    assert _apart([0, 50], least=30) == [0, 50]


@pytest.mark.parametrize(
    ("value", "sign", "text"),
    [
        (0, "", "0"),
        (9_940, "", "9,940"),
        (12_340, "", "12k"),
        (-1_234_000, "", "-1.2m"),
        (8_167, "+", "+8,167"),
        (-20_714, "+", "-21k"),
    ],
)
def test_amounts_on_charts_are_short(value: int, sign: str, text: str) -> None:
    assert _short(Decimal(value), sign) == text


def test_names_from_xero_are_text_and_no_markup() -> None:
    assert plain("A|B <img src=x>\n[link](http://x)") == (
        r"A\|B &lt;img src=x&gt; \[link\](http://x)"
    )
    assert table(("client", "open"), [("A|B", "5.00")], right=("open",)) == (
        "| client | open |\n| --- | ---: |\n| A\\|B | 5.00 |"
    )
