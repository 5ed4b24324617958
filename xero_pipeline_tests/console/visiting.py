"""A person at a real browser: one tab of it, and what there is to see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from xero_pipeline.console.syncing import Runs
from xero_pipeline.settings import Settings
from xero_pipeline.xero.limits import Clock
from xero_pipeline_tests.console.shown import CHROMIUM, chromium, shown

IN_A_BROWSER = [
    pytest.mark.long,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}"),
]
"""Marks of modules that need a browser."""

_AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_DESK = ViewportSize(width=1280, height=800)
_PHONE = ViewportSize(width=360, height=740)


@dataclass
class Visit:
    """One person's tab.

    Attributes:
        url: of the console.
        complaints: what the browser refused or failed at, as its console says it.
    """

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=re.compile(f"^{re.escape(name)}")).first.click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=re.compile(f"^{re.escape(name)}")).first.click()

    def shows(self, text: str, within: float = 10) -> bool:
        """Whether the page says so. If not, what it says is printed, which pytest shows.

        Args:
            within: seconds, in which it may still come to.
        """
        try:
            expect(self.page.locator("main")).to_contain_text(text, timeout=1000 * within)
        except AssertionError:
            print(f"{self.page.url} shows:\n\n{self.page.locator('body').inner_text()}")
            return False
        return True

    def accessibility_violations(self) -> list[str]:
        """What Axe finds against WCAG 2.2 AA and its own best practice; the elements concerned."""
        return self._violations(_RULES)

    def contrast_violations_in_the_dark(self) -> list[str]:
        """Words that are too faint in the dark colours."""
        self.page.emulate_media(color_scheme="dark")
        found = self._violations(["color-contrast"])
        self.page.emulate_media(color_scheme="light")
        return found

    def scrolls_sideways_on_a_phone(self) -> bool:
        """Whether the page is wider than a window of 360 pixels."""
        self.page.set_viewport_size(_PHONE)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size(_DESK)
        return bool(width > _PHONE["width"])

    def _violations(self, rules: Sequence[str]) -> list[str]:
        if not self.page.evaluate("'axe' in window"):
            # By the debugger's door, which the content security policy does not govern.
            self.page.evaluate(_AXE)
        options = {"runOnly": rules, "resultTypes": ["violations"]}
        found = self.page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{self.page.url}: {each['id']}: {node['html']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]


@contextmanager
def visiting(settings: Settings, clock: Clock, runs: Sequence[Runs] = ()) -> Iterator[Visit]:
    """A tab at a console of its own over a home; see `shown.shown`."""
    with shown(settings, clock, runs) as url, chromium() as browser:
        visit = Visit(browser.new_page(viewport=_DESK, locale="en-GB"), url)
        visit.page.on("console", lambda said: visit.complaints.append(said.text))
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        yield visit
