"""`python -m xero_pipeline_tests.console.screenshots`: docs/images/ anew, from the demo's books.

Needs `make demo` to have run; the console is shown over a copy of its home.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import Page

from xero_pipeline.demo import Demo
from xero_pipeline.settings import Settings
from xero_pipeline.xero.limits import SystemClock
from xero_pipeline_tests.console.shown import chromium, shown

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 150_000

PAGES = {
    "connections": "/connections",
    "connect": "/connect",
    "signals": "/signals",
}
"""Image -> page. Pages of one organisation are reached through links, see `_accounts`."""


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", type=Path, default=ROOT / ".demo", help="the demo's folder")
    demo = Demo(parser.parse_args().demo.resolve())
    if not demo.has_run:
        raise SystemExit(f"There is no demo in {demo.folder}: run `make demo` first.")
    IMAGES.mkdir(exist_ok=True)
    with demo.running() as running:
        settings = Settings.model_validate(dict(running.environment))
        with shown(settings, SystemClock()) as url, chromium() as browser:
            page = browser.new_page(viewport={"width": 1200, "height": 640}, locale="en-GB")
            for name, path in PAGES.items():
                page.goto(url + path)
                _take(page, name)
            _accounts(page, url)
            _behind_figures(page, url)
            _tasks(page, url)


def _accounts(page: Page, url: str) -> None:
    page.goto(f"{url}/connections")
    page.locator("details.menu", has=page.get_by_text("Manage accounts")).first.click()
    page.get_by_role("link", name="Manage accounts").click()
    _take(page, "accounts")


def _behind_figures(page: Page, url: str) -> None:
    """The documents behind a signal, and one client."""
    page.goto(f"{url}/signals")
    page.locator(".signal .value a").nth(1).click()
    _take(page, "documents")
    page.goto(f"{url}/signals")
    page.locator(".risks tbody th a").first.click()
    _take(page, "client")


def _tasks(page: Page, url: str) -> None:
    """With the newest task beside the list of what was spent."""
    page.goto(f"{url}/tasks?text=spend+money")
    page.set_viewport_size({"width": 1200, "height": 560})
    page.locator("a.task-link").first.click()
    page.locator("#panel-title").wait_for()
    _take(page, "tasks")


def _take(page: Page, name: str) -> None:
    image = IMAGES / f"{name}.png"
    page.screenshot(path=image)
    if image.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{image} is larger than {MOST_BYTES:,} bytes: show less of the page.")
    print(image.relative_to(ROOT))


if __name__ == "__main__":
    main()
