"""Batches of a replay that say what the one before them said: noted without loading their rows.

Every sync lands its organisation, which hardly ever changes: in a replay that is nearly all there
is. Of a run of equal ones the first is loaded, and so is the last of all, which leaves the row as
loading each of them would.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from xero_pipeline.warehouse.batches import Batch, read_page
from xero_pipeline.warehouse.connection import transaction
from xero_pipeline.warehouse.cursors import advance_cursors
from xero_pipeline.warehouse.reading import raw_table
from xero_pipeline.warehouse.records import records_sha256
from xero_pipeline.warehouse.unknown_fields import keep_unknown_fields
from xero_pipeline.warehouse.walks import Counts, record_walks, walks_of

ORGANISATION = "organisation"


def without_repeats(batches: Sequence[Batch]) -> tuple[list[Batch], list[Batch]]:
    """Of an organisation's own batches those that have to be loaded, and those that repeat.

    Args:
        batches: all there are, oldest first, with intact pages.
    """
    said = [_said(batch) for batch in batches]
    to_load: list[Batch] = []
    repeats: list[Batch] = []
    for number, batch in enumerate(batches):
        is_last = number == len(batches) - 1
        is_repeat = number > 0 and said[number] is not None and said[number] == said[number - 1]
        (repeats if is_repeat and not is_last else to_load).append(batch)
    return to_load, repeats


def record_repeats(connection: duckdb.DuckDBPyConnection, batches: Sequence[Batch]) -> None:
    """Note in `ops` what loading these batches would: each brought one row and changed none."""
    walks = [walk for batch in batches for walk in walks_of(batch.manifest)]
    one_row = Counts(rows_received=1)
    counts = {(each.manifest.organisation_id, each.manifest.sync_id): one_row for each in batches}
    with transaction(connection):
        keep_unknown_fields(connection, raw_table(ORGANISATION), batches)
        record_walks(connection, walks, counts)
        advance_cursors(connection, walks, changed=())


def _said(batch: Batch) -> str | None:
    list_key = raw_table(batch.manifest.endpoint).list_key
    return records_sha256(list_key, map(read_page, batch.files))
