"""The pages of signals in a real browser: charts, a day in the past, a phone, and paper."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from xero_pipeline_tests.console.visiting import IN_A_BROWSER, Visit, visiting
from xero_pipeline_tests.studio import AGENCY, Studio

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def visit(published_studio: Studio) -> Iterator[Visit]:
    with visiting(published_studio.settings, published_studio.clock) as tab:
        yield tab


@pytest.fixture(scope="module")
def address(published_studio: Studio) -> str:
    return f"/signals?organisation={published_studio.connection(AGENCY).organisation_key}"


def test_charts_are_drawn_from_the_tables_beside_them(visit: Visit, address: str) -> None:
    visit.open(address)
    expect(visit.page.locator("figure[data-table=aging-days] svg")).to_be_visible()
    expect(visit.page.locator("figure[data-table=aging-days] svg")).to_contain_text("1-30 days")
    assert visit.accessibility_violations() == []
    assert visit.contrast_violations_in_the_dark() == []


def test_a_figure_leads_to_its_documents(visit: Visit, address: str) -> None:
    visit.open(address)
    visit.page.locator("#aging-days").get_by_role("link", name="600.00").first.click()
    assert visit.shows("3 documents, together 600.00 NZD")
    assert visit.accessibility_violations() == []


def test_a_client_has_a_page(visit: Visit, address: str) -> None:
    visit.open(address)
    visit.follow("Harbour Cafe")
    assert visit.shows("risk of late payment")
    assert visit.accessibility_violations() == []


def test_a_day_in_the_past_is_shown_in_place(visit: Visit, address: str) -> None:
    visit.open(address)
    visit.page.get_by_label("As of").fill("2026-03-10")
    visit.press("Show")
    assert visit.shows("As of 10 Mar 2026.")
    assert "as_of=2026-03-10" in visit.page.url
    expect(visit.page.locator("figure[data-table=aging-days] svg")).to_be_visible()
    assert visit.accessibility_violations() == []


def test_the_page_fits_a_phone(visit: Visit, address: str) -> None:
    visit.open(address)
    assert not visit.scrolls_sideways_on_a_phone()


def test_the_page_prints_on_one_sheet(visit: Visit, address: str) -> None:
    visit.open(address)
    sheets = re.findall(rb"/Type\s*/Page\b", visit.page.pdf(prefer_css_page_size=True))
    assert len(sheets) == 1


def test_the_browser_had_nothing_to_complain_of(visit: Visit) -> None:
    """Neither the content security policy nor any script."""
    assert visit.complaints == []
