"""What complete listings of everything would hold right now: what raw tables are held against."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from xero_pipeline.sandbox.api.catalogue import RESOURCES, Resource
from xero_pipeline.sandbox.api.texts import RecordTexts
from xero_pipeline.sandbox.contract import Book

_UNIT_PLACES = 4


@dataclass(frozen=True)
class ListedRecord:
    """A record as a listing shows it: a page where the collection has pages, with `unitdp=4`.

    Attributes:
        updated: UpdatedDateUTC; None where Xero shows none.
        sha256: of the record's text.
        record: the record, parsed; None unless asked for.
    """

    updated: dt.datetime | None
    sha256: str
    record: Mapping[str, Any] | None


Listings = Mapping[str, Mapping[str, ListedRecord]]
"""By list key ("Invoices") and id."""


def complete_listings(
    book: Book, *, list_keys: Collection[str] = (), with_records: bool = False
) -> Listings:
    """Every record of every collection: archived and deleted ones too, past paging and limits.

    Args:
        book: one organisation's.
        list_keys: these collections alone; empty means all.
        with_records: whether to parse the records; to be told that some differ, hashes are enough.
    """
    texts = RecordTexts()
    return {
        resource.list_key: _listed(book, resource, texts, with_records=with_records)
        for resource in RESOURCES
        if not list_keys or resource.list_key in list_keys
    }


def _listed(
    book: Book, resource: Resource, texts: RecordTexts, *, with_records: bool
) -> Mapping[str, ListedRecord]:
    shape = resource.shape_of_listing
    listed = {}
    for row in book.rows(resource.list_key):
        text = book.ids.own(texts.text(book.rows_of, resource, row, shape, _UNIT_PLACES))
        updated = row.get("UpdatedDateUTC")
        id_ = book.ids.own(str(row[resource.id_field]).encode()).decode()
        listed[id_] = ListedRecord(
            updated=updated if isinstance(updated, dt.datetime) else None,
            sha256=hashlib.sha256(text).hexdigest(),
            record=json.loads(text) if with_records else None,
        )
    return listed
