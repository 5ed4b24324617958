"""Every field that Xero describes is a column, or left out for a reason that is written down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from xero_pipeline.warehouse.fields.known import SNAPSHOT, KnownRecord, known_record, xero_fields
from xero_pipeline.warehouse.fields.left_out import LEFT_OUT, REFERENCED, why_left_out
from xero_pipeline.warehouse.raw_tables import RAW_TABLES
from xero_pipeline.warehouse.reading import raw_table
from xero_pipeline.warehouse.wire_types import ListOf, Record, WireType
from xero_pipeline_tests.warehouse.openapi import SPECIFICATION, Specification, written


def record_in(type_: WireType | None) -> Record | None:
    while isinstance(type_, ListOf):
        type_ = type_.element
    return type_ if isinstance(type_, Record) else None


def not_columns(
    path: str, schema: str, columns: Record, depth: int = 0
) -> Iterator[tuple[str, str | None]]:
    """(path of a field that is no column, schema of the nested record it stands in)."""
    kept = {field.name: field.type for field in columns.fields}
    for name, nested in xero_fields().fields[schema].items():
        inner = record_in(kept.get(name))
        if name not in kept:
            yield f"{path}.{name}", schema if depth else None
        elif nested and inner:
            yield from not_columns(f"{path}.{name}", nested, inner, depth + 1)


def fields_that_are_not_columns(endpoint: str) -> list[tuple[str, str | None]]:
    schema = xero_fields().records[raw_table(endpoint).list_key]
    return list(not_columns(endpoint, schema, RAW_TABLES[endpoint]))


@pytest.mark.parametrize("endpoint", RAW_TABLES)
def test_every_field_is_a_column_or_left_out_for_a_reason(endpoint: str) -> None:
    silent = [
        path
        for path, inside in fields_that_are_not_columns(endpoint)
        if why_left_out(path, inside) is None
    ]
    assert silent == []


def test_no_reason_is_given_for_a_field_that_xero_does_not_describe() -> None:
    paths = [path for endpoint in RAW_TABLES for path, _ in fields_that_are_not_columns(endpoint)]

    for group in LEFT_OUT:
        for end in group.fields:
            assert any(f".{path}".endswith(f".{end}") for path in paths), end


def test_records_that_others_refer_to_have_a_table() -> None:
    assert set(REFERENCED) <= set(xero_fields().fields)
    assert set(REFERENCED.values()) <= set(RAW_TABLES)


def test_what_is_known_of_a_record_depends_on_where_it_stands() -> None:
    invoice = known_record("invoices", "Invoices")

    assert invoice.unknown({"Total", "DueDateString", "Mood"}) == {"Mood"}
    assert invoice.nested["LineItems"].unknown({"Quantity", "Total"}) == {"Total"}


def test_a_column_that_xero_does_not_describe_is_known() -> None:
    template: KnownRecord = known_record("repeating_invoices", "RepeatingInvoices")

    assert "CurrencyRate" not in xero_fields().fields["RepeatingInvoice"]
    assert template.unknown({"CurrencyRate"}) == set()


@pytest.mark.skipif(
    not SPECIFICATION.exists(), reason="Xero's OpenAPI file is not beside this repository"
)
def test_the_copy_says_what_xero_s_openapi_file_says() -> None:
    """If not: `python -m xero_pipeline_tests.warehouse.openapi path/to/xero_accounting.yaml`."""
    assert SNAPSHOT.read_text() == written(Specification(SPECIFICATION).in_short())
