from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

import duckdb
import pytest

from xero_pipeline.warehouse import (
    create_tables,
    load,
    open_build_database,
    organisation_zone,
    raw_columns,
    replace_ops_table,
)
from xero_pipeline.warehouse.raw_tables import RAW_TABLES
from xero_pipeline.warehouse.reading import raw_table
from xero_pipeline.warehouse.wire_types import TEXT, Field, ListOf, Record, record, snake_case
from xero_pipeline.xero.endpoints import (
    ATTACHMENTS,
    CONTACT_REPORTS,
    ENDPOINTS,
    EXTRA_ENDPOINTS,
    REPORTS,
)
from xero_pipeline_tests.warehouse.desk import HARBOUR, Desk, at, invoice, naive, rows


def test_every_endpoint_and_report_has_a_raw_table() -> None:
    names = [source.name for source in (*ENDPOINTS, *EXTRA_ENDPOINTS, ATTACHMENTS)]
    names += [report.name for report in (*REPORTS, *CONTACT_REPORTS)]

    assert sorted(names) == sorted(RAW_TABLES)


def test_every_key_is_a_column() -> None:
    for name in RAW_TABLES:
        assert raw_table(name).key in raw_columns(name)


def test_names_become_snake_case() -> None:
    assert snake_case("UpdatedDateUTC") == "updated_date_utc"
    assert snake_case("InvoiceID") == "invoice_id"


def test_tables_gain_the_fields_that_the_catalogue_gains(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(warehouse, [desk.land("invoices", [invoice(1, LineItems=[{"Description": "Audit"}])])])
    fields = []
    for field in RAW_TABLES["invoices"].fields:
        if field.name == "LineItems":
            assert isinstance(field.type, ListOf)
            assert isinstance(field.type.element, Record)
            field = replace(  # noqa: PLW2901
                field, type=ListOf(Record((Field("Colour", TEXT), *field.type.element.fields)))
            )
        fields.append(field)
    grown = MappingProxyType({**RAW_TABLES, "invoices": Record((*fields, Field("Mood", TEXT)))})
    monkeypatch.setattr("xero_pipeline.warehouse.schema.RAW_TABLES", grown)
    monkeypatch.setattr("xero_pipeline.warehouse.reading.RAW_TABLES", grown)

    create_tables(warehouse)
    happy = invoice(2, Mood="glad", LineItems=[{"Description": "Tax", "Colour": "red"}])
    load(warehouse, [desk.land("invoices", [happy], minute=5)])

    read = """
        select mood, line_items[1].description, line_items[1].colour
        from raw.invoices order by invoice_id
    """
    assert rows(warehouse, read) == [(None, "Audit", None), ("glad", "Tax", "red")]


class Purpose(StrEnum):
    AGENCY = "agency"


@dataclass(frozen=True)
class Connected:
    organisation_id: str
    purpose: Purpose
    connected_at: dt.datetime
    scopes: tuple[str, ...]
    refresh_token: str


def test_an_ops_table_is_replaced_whole_and_takes_only_its_own_columns(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    zone = dt.timezone(dt.timedelta(hours=13))
    row = Connected(str(HARBOUR), Purpose.AGENCY, at(0).astimezone(zone), ("a", "b"), "secret")
    replace_ops_table(warehouse, "connections", [{"workspace": "old"}])

    written = replace_ops_table(warehouse, "connections", [row])

    read = "select organisation_id, purpose, connected_at, scopes, workspace from ops.connections"
    assert written == 1
    assert rows(warehouse, read) == [(HARBOUR, "agency", naive(at(0)), ["a", "b"], None)]
    everything = rows(warehouse, "select connections::varchar from ops.connections")
    assert "secret" not in str(everything)


def test_an_ops_table_can_be_emptied(warehouse: duckdb.DuckDBPyConnection) -> None:
    replace_ops_table(warehouse, "api_usage", [{"organisation_id": str(HARBOUR), "calls": 3}])

    assert replace_ops_table(warehouse, "api_usage", []) == 0
    assert rows(warehouse, "from ops.api_usage") == []


def test_xero_s_words_for_time_zones_are_known() -> None:
    assert organisation_zone("NEWZEALANDSTANDARDTIME").key == "Pacific/Auckland"
    assert organisation_zone("A WORD OF NEXT YEAR").key == "UTC"


def test_an_absent_object_stays_null_and_a_present_one_keeps_its_fields(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    nested = record(Contact=record(ContactID=TEXT))
    converted = nested.fields[0].type.converted('v."Contact"')
    read = f"""select {converted} from (select {{'Contact': {{'ContactID': 'x'}}}} as v
        union all select {{'Contact': null}})"""
    assert rows(warehouse, read) == [({"contact_id": "x"},), (None,)]


def test_opening_the_build_database_creates_its_tables_only_when_the_catalogue_has_changed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "build.duckdb"
    with open_build_database(path) as connection:
        assert rows(connection, "select count(*) from raw.invoices") == [(0,)]
        connection.execute("drop table raw.invoices")

    with open_build_database(path) as connection, pytest.raises(duckdb.CatalogException):
        connection.execute("from raw.invoices")

    with open_build_database(path) as connection:
        connection.execute("update ops.layout set fingerprint = 'that of another catalogue'")
    with open_build_database(path) as connection:
        assert rows(connection, "select count(*) from raw.invoices") == [(0,)]


def test_earlier_days_of_an_ops_table_stay_as_they_are(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    first, second = dt.date(2026, 4, 1), dt.date(2026, 4, 2)
    replace_ops_table(warehouse, "api_usage", [{"day": first, "calls": 1}, {"day": second}])
    replace_ops_table(warehouse, "api_usage", [{"day": second, "calls": 2}], since=second)
    assert rows(warehouse, "select day, calls from ops.api_usage order by day") == [
        (first, 1),
        (second, 2),
    ]
