"""Which partitions show that a sync brought something."""

from __future__ import annotations

import datetime as dt

import dagster as dg
import pytest

from xero_pipeline.assets.deliveries import Marks
from xero_pipeline.assets.keys import raw_key
from xero_pipeline.sync import EndpointSync, OrganisationSync

TABLES = ("organisation", "invoices", "balance_sheet")


def brought(table: str, *, rows_changed: int) -> EndpointSync:
    return EndpointSync(table, True, rows_changed, rows_changed, 0, 1, 100, 100)


def synced(**rows_changed: int) -> OrganisationSync:
    return OrganisationSync(
        "id",
        "Agency Ltd",
        dt.datetime(2026, 9, 30, tzinfo=dt.UTC),
        {table: brought(table, rows_changed=rows) for table, rows in rows_changed.items()},
        skipped={},
        seconds=1.0,
        organisation_key="agency",
    )


@pytest.mark.parametrize(
    ("rows_changed", "marked"),
    [
        ({"organisation": 0, "invoices": 0, "balance_sheet": 20}, ["organisation"]),
        ({"organisation": 0, "invoices": 3, "balance_sheet": 20}, list(TABLES)),
    ],
    ids=["a new day over the same books", "books that changed"],
)
def test_a_report_is_news_where_the_books_have_changed(
    rows_changed: dict[str, int], marked: list[str]
) -> None:
    keys = [raw_key(table) for table in TABLES]
    with dg.DagsterInstance.ephemeral() as instance:
        marks = Marks(instance, {key: {"agency"} for key in keys})
        due = marks.due(synced(**rows_changed), keys)
        assert [each.asset_key.path[-1] for each in due] == marked
