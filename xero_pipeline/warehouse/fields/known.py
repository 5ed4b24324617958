"""What Xero has said to exist: the fields and words of its OpenAPI file, kept as a short copy."""

from __future__ import annotations

from collections.abc import Mapping, Set
from functools import cache, cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from xero_pipeline.warehouse.fields.left_out import LEFT_OUT, UNDOCUMENTED, why_left_out
from xero_pipeline.warehouse.raw_tables import RAW_TABLES
from xero_pipeline.warehouse.wire_types import ListOf, Record, WireType

SNAPSHOT = Path(__file__).with_name("xero_fields.json")

_ENVELOPE = frozenset(
    {"Id", "Status", "ProviderName", "DateTimeUTC", "SummarizeErrors"}
    | {"pagination", "page", "pageSize", "pageCount", "itemCount"}
)


class XeroFields(BaseModel):
    """Xero's OpenAPI file in short.

    Attributes:
        version: of the file.
        records: key of a list in an answer -> schema of its records.
        fields: schema -> field -> schema of what it holds, if that is a record or a list of them.
        words: "Schema.Field" -> the words that it may hold.
    """

    model_config = ConfigDict(frozen=True)

    version: str
    records: Mapping[str, str]
    fields: Mapping[str, Mapping[str, str | None]]
    words: Mapping[str, tuple[str, ...]]


@cache
def xero_fields() -> XeroFields:
    """The copy that lies beside this module."""
    return XeroFields.model_validate_json(SNAPSHOT.read_bytes())


class KnownRecord:
    """The fields that a record may have: described by Xero, kept as columns, or left out.

    Args:
        path: where it stands, from the endpoint's name on.
        schema: its name in Xero's OpenAPI file; None where that does not describe it.
        columns: those of its fields that are kept.
    """

    def __init__(self, path: str, schema: str | None, columns: Record | None) -> None:
        self.path = path
        self._described = xero_fields().fields.get(schema or "", {})
        self._kept = {field.name: field.type for field in columns.fields} if columns else {}
        self._known: set[str] = set()
        self._new: set[str] = set()

    def unknown(self, names: Set[str]) -> set[str]:
        """Those of the names that nobody has heard of in this place."""
        strange = {*names} - self._known
        for name in strange - self._new:
            (self._known if self._knows(name) else self._new).add(name)
        return strange & self._new

    @cached_property
    def nested(self) -> Mapping[str, KnownRecord]:
        """Field -> the record that it holds, or holds a list of."""
        return {
            name: KnownRecord(f"{self.path}.{name}", schema, _record_in(self._kept.get(name)))
            for name, schema in self._described.items()
            if schema is not None
        }

    def _knows(self, name: str) -> bool:
        return (
            name in self._described
            or name in self._kept
            or why_left_out(f"{self.path}.{name}") is not None
        )


@cache
def known_record(endpoint: str, list_key: str) -> KnownRecord:
    """The record that an endpoint lists.

    Args:
        endpoint: the name in the catalogue.
        list_key: the key of an answer that holds the records.
    """
    return KnownRecord(endpoint, xero_fields().records[list_key], RAW_TABLES[endpoint])


@cache
def known_names(endpoint: str, list_key: str) -> frozenset[bytes]:
    """Every key that an answer may hold, at whatever depth, as it is written on the wire."""
    reachable: dict[str, Mapping[str, str | None]] = {}
    waiting = {xero_fields().records[list_key]}
    while waiting:
        schema = waiting.pop()
        reachable[schema] = xero_fields().fields[schema]
        waiting |= {nested for nested in reachable[schema].values() if nested} - reachable.keys()
    described = {name for fields in reachable.values() for name in fields}
    left_out = {
        end.rpartition(".")[2] for group in (*LEFT_OUT, UNDOCUMENTED) for end in group.fields
    }
    names = described | left_out | set(_names_in(RAW_TABLES[endpoint])) | _ENVELOPE | {list_key}
    return frozenset(name.encode() for name in names)


def _record_in(type_: WireType | None) -> Record | None:
    while isinstance(type_, ListOf):
        type_ = type_.element
    return type_ if isinstance(type_, Record) else None


def _names_in(record: Record) -> set[str]:
    names = {field.name for field in record.fields}
    for field in record.fields:
        if nested := _record_in(field.type):
            names |= _names_in(nested)
    return names
