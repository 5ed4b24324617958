"""Empty values that Xero writes in another shape than the field's own.

An object that is null can be written as an empty array (`"Contact": []`), and a number or id that
is null as an empty string. DuckDB's reader, told the types, refuses such a page; here the empty
value becomes `null` and not one other byte changes. Only pages that were refused come here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from xero_pipeline.warehouse.wire_types import ListOf, Record, Scalar, WireType

_EMPTY_ARRAY = rb"\[\s*\]"
_EMPTY_OBJECT = rb"\{\s*\}"
_EMPTY_STRING = rb'""'


def repaired(page: bytes, record: Record) -> bytes:
    """The page with every misshapen empty value replaced by null.

    Args:
        page: the JSON text as Xero sent it.
        record: the declared fields of the endpoint.
    """
    for names, empties in _misshapen(record):
        # A key cannot be met inside a string: there its closing quote would be escaped.
        keys = b"|".join(re.escape(name.encode()) for name in sorted(names))
        page = re.sub(rb'("(?:%b)"\s*:\s*)(?:%b)' % (keys, b"|".join(empties)), rb"\1null", page)
    return page


def _misshapen(record: Record) -> Iterator[tuple[set[str], tuple[bytes, ...]]]:
    """Names of fields, and the empty values that cannot be theirs."""
    types: dict[str, set[str]] = {}
    for name, type_ in _fields(record):
        types.setdefault(name, set()).add(_shape(type_))
    empties = {
        "object": (_EMPTY_ARRAY, _EMPTY_STRING),
        "array": (_EMPTY_OBJECT, _EMPTY_STRING),
        "value": (_EMPTY_ARRAY, _EMPTY_OBJECT, _EMPTY_STRING),
    }
    for shape, values in empties.items():
        # A name with several shapes in one record stays as it is: it cannot be told which is meant.
        names = {name for name, shapes in types.items() if shapes == {shape}}
        if names:
            yield names, values


def _shape(type_: WireType) -> str:
    match type_:
        case Record():
            return "object"
        case ListOf():
            return "array"
        case Scalar(wire="VARCHAR"):
            return "text"  # every value can be read as text
        case _:
            return "value"


def _fields(type_: WireType) -> Iterator[tuple[str, WireType]]:
    if isinstance(type_, ListOf):
        yield from _fields(type_.element)
    elif isinstance(type_, Record):
        for field in type_.fields:
            yield field.name, field.type
            yield from _fields(field.type)
