"""`xero-pipeline summary` over three tiny organisations."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from xero_pipeline.summary import print_summary
from xero_pipeline.warehouse import NothingPublished
from xero_pipeline_tests.studio import ABROAD, AGENCY, CLIENT, Studio

HARBOUR = f"{AGENCY} (agency), NZD, as of 2026-04-01"
SYDNEY = f"{ABROAD} (agency), AUD, as of 2026-04-01"
GARAGE = f"{CLIENT} (client), NZD, as of 2026-04-01"
AGENCY_SECTIONS = (
    "Last sync",
    "Receivables by days overdue",
    "Monthly recurring revenue",
    "Cash",
    "Runway",
    "Riskiest clients",
)


@pytest.fixture(scope="module")
def printed(published_studio: Studio) -> dict[str, str]:
    """What is said of each organisation, by its heading."""
    text = io.StringIO()
    print_summary(published_studio.settings.published_database, Console(file=text, width=200))
    _, *parts = re.split(r"^─+ (.*as of .*) ─+$", text.getvalue(), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_each_organisation_is_headed_by_purpose_currency_and_day(
    printed: dict[str, str],
) -> None:
    assert list(printed) == [HARBOUR, SYDNEY, GARAGE]


@pytest.mark.parametrize("section", AGENCY_SECTIONS)
def test_an_agencys_summary_has_every_section(printed: dict[str, str], section: str) -> None:
    assert section in printed[HARBOUR]


def test_a_clients_summary_has_its_tasks_and_no_figures_of_the_agency(
    printed: dict[str, str],
) -> None:
    assert "Newest client tasks (1 open, 0 closed)" in printed[GARAGE]
    assert "45.00 NZD" in printed[GARAGE]
    assert "Runway" not in printed[GARAGE]


def test_amounts_of_different_currencies_are_never_added(printed: dict[str, str]) -> None:
    """100 + 200 + 300 NZD here, 70 AUD there."""
    assert _aging_total(printed[HARBOUR]) == ["together", "3", "600.00"]
    assert _aging_total(printed[SYDNEY]) == ["together", "1", "70.00"]


def _aging_total(part: str) -> list[str]:
    aging = part.partition("Receivables by days overdue")[2]
    return next(line.split() for line in aging.splitlines() if "together" in line)


def test_the_last_sync_is_told_by_table_with_what_it_cost(printed: dict[str, str]) -> None:
    rows = [line.split() for line in printed[HARBOUR].splitlines()]
    (invoices,) = (row for row in rows if row[:1] == ["raw.invoices"])
    assert invoices[1:5] == ["full", "3", "3", "1"]


def test_without_a_snapshot_there_is_nothing_to_summarise(tmp_path: Path) -> None:
    with pytest.raises(NothingPublished, match="xero-pipeline sync"):
        print_summary(tmp_path / "current" / "warehouse.duckdb", Console(file=io.StringIO()))
