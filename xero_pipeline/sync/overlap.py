"""Records that an increment reads a second time, because it begins before the last one did.

They are no news: taken for some, every change in the minute before a sync would have the next one
ask for all that follows from it once more.
"""

from __future__ import annotations

import json
from pathlib import Path

from xero_pipeline.warehouse import Landing, PageUnreadable
from xero_pipeline.warehouse.batches import read_batch, read_page
from xero_pipeline.warehouse.shelf import Shelf
from xero_pipeline.xero import Endpoint, Page

_FEW_BYTES = 500_000
"""Of larger pages it would cost more to find out than it saves."""


def has_nothing_new(
    landing: Landing, organisation_id: str, endpoint: Endpoint, last_sync_id: str | None, page: Page
) -> bool:
    """Whether every record of an increment's only page lies in the last batch, as it is.

    Args:
        last_sync_id: of the last batch that is loaded; None: there is none.
    """
    if last_sync_id is None or page.page_count not in (None, 1) or len(page.body) > _FEW_BYTES:
        return False
    folder = Shelf(landing.root, endpoint.name, organisation_id).folder / last_sync_id
    before = _last_page(folder)
    return before is not None and _records(endpoint, page.body) <= _records(endpoint, before)


def _last_page(folder: Path) -> bytes | None:
    """The page of a batch that has one; None, too, when the batch is in an archive."""
    try:
        batch = read_batch(folder)
        if len(batch.files) != 1 or batch.manifest.body_bytes > _FEW_BYTES:
            return None
        return read_page(batch.files[0])
    except (FileNotFoundError, PageUnreadable):
        return None


def _records(endpoint: Endpoint, body: bytes) -> set[str]:
    # Numbers stay as Xero wrote them: 10.00 is not 10.0000.
    records = json.loads(body, parse_float=str)[endpoint.list_key]
    return {json.dumps(record) for record in records}
