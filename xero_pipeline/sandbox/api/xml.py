"""The XML that Xero answers with when a client forgets to ask for JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from xero_pipeline.sandbox.contract import Row, Value


def xml_document(head: Mapping[str, Value], list_key: str, records: Sequence[Row]) -> bytes:
    """`<Response>` with the head's fields and the records."""
    root = Element("Response")
    for key, value in head.items():
        _append(root, key, value)
    _append(root, list_key, list(records))
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _append(parent: Element, key: str, value: Value) -> None:
    if value is None:
        return
    element = SubElement(parent, key)
    if isinstance(value, Mapping):
        for name, item in value.items():
            _append(element, name, item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            _append(element, _singular(key), item)
    elif isinstance(value, bool):
        element.text = str(value).lower()
    else:
        element.text = str(value)


def _singular(key: str) -> str:
    return f"{key[:-3]}y" if key.endswith("ies") else key.removesuffix("s")
