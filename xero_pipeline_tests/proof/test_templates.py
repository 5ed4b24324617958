"""Xero keeps no history of repeating invoices; the warehouse does, from the first sync on."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

from xero_pipeline.connections import Purpose
from xero_pipeline.sandbox import events as ev
from xero_pipeline.warehouse import ModelGraph
from xero_pipeline.warehouse.models.parsing import INSTANTS
from xero_pipeline_tests.few_models import with_all_before
from xero_pipeline_tests.sandbox.books.harbour import day, line
from xero_pipeline_tests.studio import NOW, Studio, studio_at

HISTORY = "snapshots.repeating_templates"
_READ = {"contacts", "invoices", "repeating_invoices"}
_SCHEDULE = ev.Schedule("MONTHLY", 1, 14, "DAYSAFTERINVOICEDATE", day("01-05"), day("05-05"))


def test_an_edited_template_keeps_what_it_was_with_the_days_on_which_it_held(
    tmp_path: Path,
) -> None:
    first, second = NOW.replace(tzinfo=None), NOW.replace(tzinfo=None) + dt.timedelta(days=1)
    with studio_at(tmp_path) as studio:
        studio.connect("agency", Purpose.AGENCY)
        studio.happens(_retainer(500))
        _read(studio)
        studio.advance(days=1)
        studio.happens(_retainer(650))
        _read(studio)
        versions = f"select total, valid_from, valid_to from {HISTORY} order by valid_from"
        assert studio.rows(versions) == [
            (Decimal(500), first, second),
            (Decimal(650), second, None),
        ]


def _retainer(price: int) -> ev.RepeatingInvoiceSaved:
    lines = (line(price),)
    return ev.RepeatingInvoiceSaved(NOW, "retainer", "ACCREC", "cafe", _SCHEDULE, lines, "NZD")


def _read(studio: Studio) -> None:
    studio.sync(only=_READ)
    graph = ModelGraph.discover()
    with studio.warehouse() as connection:
        graph.build(connection, only=with_all_before(graph, {HISTORY, INSTANTS}))
