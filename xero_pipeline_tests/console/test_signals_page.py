"""The pages of signals over three tiny organisations: figures, the documents behind them, files.

Harbour Studio has three open invoices, of 100, 200 and 300 NZD, eleven days overdue.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from xero_pipeline.console.app import console_app
from xero_pipeline.console.security import Access
from xero_pipeline.console.serve import opened
from xero_pipeline_tests.console.conftest import HOSTS, ORIGIN, Browser, words
from xero_pipeline_tests.studio import ABROAD, AGENCY, NOW, Studio
from xero_pipeline_tests.xero.double import TestClock


@contextmanager
def visiting(studio: Studio, clock: TestClock) -> Iterator[Browser]:
    """Somebody who looks at what was published."""
    with opened(studio.settings, Access(), clock) as console:
        app = console_app(console, hosts=HOSTS, is_https=False)
        client = TestClient(
            app, base_url=ORIGIN, client=("127.0.0.1", 4711), raise_server_exceptions=False
        )
        yield Browser(client, console)


@pytest.fixture(scope="module")
def reader(published_studio: Studio) -> Iterator[Browser]:
    with visiting(published_studio, published_studio.clock) as browser:
        yield browser


@pytest.fixture(scope="module")
def key(published_studio: Studio) -> str:
    return published_studio.connection(AGENCY).organisation_key


def link(page: str, words: str) -> str:
    """Where the link that says this leads."""
    found = re.search(rf'href="([^"]+)">{re.escape(words)}<', page)
    assert found, words
    return found[1].replace("&amp;", "&")


def test_a_signal_has_its_band_value_and_sentence(reader: Browser, key: str) -> None:
    text = reader.text(f"/signals?organisation={key}")
    assert "Overdue share ✕ Act 100.0 %" in text
    assert "600.00 NZD of 600.00 NZD in open sales invoices is overdue (100%)." in text


def test_receivables_stand_by_days_and_by_months_overdue(reader: Browser, key: str) -> None:
    text = reader.text(f"/signals?organisation={key}")
    assert "600.00 NZD open, 600.00 NZD overdue" in text
    assert "1-30 days 3 600.00 100.0 % 31-60 days 0 0.00 0.0 %" in text
    assert "< 1 month 3 600.00 100.0 %" in text


def test_a_figure_leads_to_its_documents_and_they_lead_into_xero(reader: Browser, key: str) -> None:
    page = reader.get(f"/signals?organisation={key}").text
    documents = reader.get(link(page, "600.00"))
    text = words(documents)
    assert "3 documents, together 600.00 NZD" in text
    assert "INV-3 invoice 1 Mar 2026 21 Mar 2026 11 days overdue 300.00 Open" in text
    assert "https://go.xero.com/organisationlogin/default.aspx?shortcode=%21agency" in (
        documents.text
    )


def test_a_file_holds_the_documents_that_are_shown(reader: Browser, key: str) -> None:
    page = reader.get(f"/signals/documents/receivables?organisation={key}&bucket=1-30").text
    answer = reader.get(link(page, "CSV"))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["document_number"], row["amount_base"]) for row in rows] == [
        ("INV-3", "300.00"),
        ("INV-2", "200.00"),
        ("INV-1", "100.00"),
    ]


def test_a_day_in_the_past_is_shown_as_it_was(reader: Browser, key: str) -> None:
    """On 10 March nothing was due yet; on 28 February nothing had been sold."""
    text = reader.text(f"/signals?organisation={key}&as_of=2026-03-10")
    assert "As of 10 Mar 2026." in text
    assert "600.00 NZD open, 0.00 NZD overdue" in text
    assert "Overdue share" not in text
    assert "Nothing is open" in reader.text(f"/signals?organisation={key}&as_of=2026-02-28")


def test_a_day_that_was_not_read_yet_is_today(reader: Browser, key: str) -> None:
    text = reader.text(f"/signals?organisation={key}&as_of=2027-01-01")
    assert "Signals as of 1 Apr 2026" in text
    assert "Overdue share" in text


def test_a_client_has_a_page_with_its_risk_and_what_it_owes(reader: Browser, key: str) -> None:
    page = reader.get(f"/signals?organisation={key}").text
    text = words(reader.get(link(page, "Harbour Cafe")))
    assert "risk of late payment" in text
    assert "Oldest overdue invoice" in text
    assert "11 days" in text
    assert "3 documents, together 600.00 NZD" in text


def test_each_workspace_has_its_page_in_its_own_currency(reader: Browser, key: str) -> None:
    page = reader.get(f"/signals?organisation={key}").text
    text = words(reader.get(link(page, "abroad")))
    assert f"{ABROAD} Signals as of 1 Apr 2026, in AUD" in text
    assert "70.00 AUD open" in text


def test_books_without_recurring_revenue_say_so(reader: Browser, key: str) -> None:
    assert "Nothing recurs yet" in reader.text(f"/signals?organisation={key}")


@pytest.mark.parametrize(
    "table",
    ["signals", "aging", "mrr_months", "runway", "scenarios", "forecast", "accounts", "risks"],
)
def test_every_table_is_there_as_a_file(reader: Browser, key: str, table: str) -> None:
    answer = reader.get(f"/signals/csv/{table}?organisation={key}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="{key}-{table}.csv"'
    assert answer.headers["cache-control"] == "no-store"


def test_figures_that_have_not_been_renewed_for_long_say_so(
    reader: Browser, published_studio: Studio, key: str
) -> None:
    assert "Old figures." not in reader.text(f"/signals?organisation={key}")
    with visiting(published_studio, TestClock(NOW + timedelta(hours=30))) as later:
        text = later.text(f"/signals?organisation={key}")
    assert "Old figures. These books have not been read since 1 Apr 2026, 10:00 UTC." in text


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/signals?organisation=nobody", "No organisation 'nobody' is connected"),
        ("/signals?as_of=yesterday", "asks for something that cannot be: see as_of"),
        ("/signals/documents/secrets?organisation=x", "There is no such page"),
    ],
)
def test_an_address_that_cannot_be_is_told_so(reader: Browser, path: str, sentence: str) -> None:
    assert sentence in reader.text(path)


def test_somebody_who_is_no_client_of_these_books_has_no_page(reader: Browser, key: str) -> None:
    nobody = "00000000-0000-0000-0000-000000000000"
    text = reader.text(f"/signals/client?organisation={key}&contact={nobody}")
    assert "These books have no such client." in text


def test_without_connections_the_page_says_how_to_begin(browser: Browser) -> None:
    assert "No organisation is connected yet" in browser.text("/signals")


def test_before_the_first_sync_the_page_says_what_to_do(
    browser: Browser, connected: Studio
) -> None:
    text = browser.text("/signals")
    assert "There are no figures yet" in text
    assert "press Sync now" in text
