"""The wire text of each record, encoded once and kept until the record changes."""

from __future__ import annotations

from collections.abc import Mapping

from xero_pipeline.sandbox.api import wire
from xero_pipeline.sandbox.api.catalogue import Resource, Shape, Trim
from xero_pipeline.sandbox.api.oddities import with_oddities
from xero_pipeline.sandbox.contract import Row, Value

_Key = tuple[str, str, object, Shape, int]


class RecordTexts:
    """A cache by record and shape. A record that changed is another object, and encoded anew."""

    def __init__(self) -> None:
        self._texts: dict[_Key, tuple[Row, bytes]] = {}

    def text(
        self, tenant: str, resource: Resource, row: Row, shape: Shape, unit_places: int
    ) -> bytes:
        key = (tenant, resource.path, row[resource.id_field], shape, unit_places)
        kept = self._texts.get(key)
        if kept is not None and kept[0] is row:
            return kept[1]
        shown = trimmed(with_oddities(resource.list_key, row), resource.trims.get(shape))
        text = wire.encode_record(resource.list_key, shown, unit_places=unit_places).encode()
        self._texts[key] = (row, text)
        return text


def trimmed(row: Row, trim: Trim | None, within: str = "") -> Row:
    """The record without what the trim leaves out; nested fields go by dotted names."""
    if trim is None:
        return row
    shown: dict[str, Value] = {}
    for key, value in row.items():
        path = within + key
        if path in trim.emptied:
            shown[key] = []
        elif path in trim.nested and isinstance(value, Mapping):
            shown[key] = trimmed(value, trim, f"{path}.")
        elif path not in trim.dropped:
            shown[key] = value
    return shown
