"""Charts in the metadata of marts: few, whatever the number of organisations."""

from __future__ import annotations

import pytest

from xero_pipeline.assets import pictures
from xero_pipeline.assets.pictures import picture
from xero_pipeline.warehouse import read_published
from xero_pipeline_tests.studio import ABROAD, AGENCY, CLIENT, Studio


def test_receivables_have_a_chart_per_organisation_since_currencies_are_never_added(
    published_studio: Studio,
) -> None:
    with read_published(published_studio.settings.published_database) as connection:
        drawn = picture(connection, "marts.ar_aging_summary")
    assert drawn is not None
    titles = [f"{AGENCY}, NZD", f"{CLIENT}, NZD", f"{ABROAD}, AUD"]
    assert all(
        f"![Receivables by days overdue: {title}](data:image/png" in drawn for title in titles
    )


def test_of_many_organisations_those_with_the_most_documents_are_drawn(
    published_studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "_SHOWN", 1)
    with read_published(published_studio.settings.published_database) as connection:
        drawn = picture(connection, "marts.ar_aging_summary")
    assert drawn is not None
    assert drawn.count("![") == 1
    assert AGENCY in drawn


def test_organisations_share_a_chart_over_time(published_studio: Studio) -> None:
    with read_published(published_studio.settings.published_database) as connection:
        drawn = picture(connection, "marts.cash_flow_monthly")
    assert drawn is not None
    assert drawn.count("![") == 1


def test_most_tables_have_none(published_studio: Studio) -> None:
    with read_published(published_studio.settings.published_database) as connection:
        assert picture(connection, "marts.runway") is None
