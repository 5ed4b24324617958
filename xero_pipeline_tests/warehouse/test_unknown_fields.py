"""A field that nobody has heard of is kept beside its record and reported, never an error."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import duckdb
import pytest

from xero_pipeline.warehouse import load
from xero_pipeline_tests.warehouse.desk import HARBOUR, KOWHAI, Desk, at, guid, invoice, naive, rows

REPORTED = "select endpoint, path, records from ops.unknown_fields order by all"


def extras_of_invoices(warehouse: duckdb.DuckDBPyConnection) -> list[Any]:
    found = rows(warehouse, "select _extras from raw.invoices order by invoice_id")
    return [extras and json.loads(extras) for (extras,) in found]


def test_a_new_field_stands_in_extras_where_it_stands_in_the_record(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    lines = [{"Description": "Audit"}, {"Description": "Tax", "Colour": {"Name": "red"}}]
    glad = invoice(1, Mood="glad", LineItems=lines)
    load(warehouse, [desk.land("invoices", [glad, invoice(2)])])

    kept = {"Mood": "glad", "LineItems": [{}, {"Colour": {"Name": "red"}}]}
    assert extras_of_invoices(warehouse) == [kept, None]
    read = "select _extras->>'$.LineItems[1].Colour.Name' from raw.invoices order by invoice_id"
    assert rows(warehouse, read) == [("red",), (None,)]


def test_it_is_reported_by_organisation_endpoint_and_path(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    glad = [invoice(number, Mood="glad", Contact={"Mood": "sad"}) for number in (1, 2)]
    load(
        warehouse,
        [desk.land("invoices", glad), desk.land("items", [{"ItemID": guid(1), "Mood": "idle"}])],
    )
    load(warehouse, [desk.land("invoices", [invoice(3, Mood="")], minute=5)])

    assert rows(warehouse, REPORTED) == [
        ("invoices", "Contact.Mood", 2),
        ("invoices", "Mood", 3),
        ("items", "Mood", 1),
    ]
    read = """
        select organisation_id, first_seen_at, last_seen_at from ops.unknown_fields
        where endpoint = 'invoices' and path = 'Mood'
    """
    assert rows(warehouse, read) == [(HARBOUR, naive(at(0)), naive(at(5)))]


def test_organisations_are_told_apart(warehouse: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    """Both have an invoice of the same id; only one has the field."""
    batches = [
        desk.land("invoices", [invoice(1, Mood="glad")], organisation=HARBOUR),
        desk.land("invoices", [invoice(1)], organisation=KOWHAI),
    ]
    load(warehouse, batches)

    read = "select organisation_id from raw.invoices where _extras is not null"
    assert rows(warehouse, read) == [(HARBOUR,)]
    assert rows(warehouse, "select organisation_id from ops.unknown_fields") == [(HARBOUR,)]


def test_fields_that_are_left_out_for_a_reason_are_not_new(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    record = invoice(
        1,
        DateString="2026-03-01T00:00:00",
        HasErrors=False,
        Contact={"ContactID": guid(9), "Phones": [{"PhoneType": "FAX"}]},
        LineItems=[{"Tracking": [{"Name": "Region", "Options": []}], "ValidationErrors": []}],
    )
    load(warehouse, [desk.land("invoices", [record])])

    assert extras_of_invoices(warehouse) == [None]
    assert rows(warehouse, REPORTED) == []


def test_a_record_s_newest_version_has_the_newest_extras(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    load(warehouse, [desk.land("invoices", [invoice(1, Mood="glad"), invoice(2, Mood="glad")])])
    later = [invoice(1, edited=1, Mood="sad"), invoice(2, edited=1)]
    load(warehouse, [desk.land("invoices", later, minute=5)])

    assert extras_of_invoices(warehouse) == [{"Mood": "sad"}, None]


def test_amounts_in_extras_keep_their_digits(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    body = f'{{"Invoices": [{{"InvoiceID": "{guid(1)}", "CarbonTax": 12345678901234567.10}}]}}'
    load(warehouse, [desk.land_bodies("invoices", body.encode())])

    (row,) = rows(warehouse, "select _extras::varchar from raw.invoices")
    assert row == ('{"CarbonTax": 12345678901234567.10}',)


def test_a_name_that_other_records_use_is_found_once_another_is_new(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    """`PhoneNumber` is a contact's: as a name alone it is not new in invoices."""
    load(warehouse, [desk.land("invoices", [invoice(1, PhoneNumber="1")])])
    assert rows(warehouse, REPORTED) == []

    load(warehouse, [desk.land("invoices", [invoice(2, PhoneNumber="1", Mood="")], minute=5)])
    assert [path for _, path, _ in rows(warehouse, REPORTED)] == ["Mood", "PhoneNumber"]


def test_new_fields_of_reports_are_kept_by_day(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    day = dt.date(2026, 3, 1)
    report = {"ReportID": "BankSummary", "Rows": [{"RowType": "Header", "Emphasis": "bold"}]}
    load(warehouse, [desk.land("bank_summary", [report], as_of_date=day)])

    assert rows(warehouse, "select as_of_date, _extras from raw.bank_summary") == [
        (day, '{"Rows": [{"Emphasis": "bold"}]}')
    ]
    assert rows(warehouse, REPORTED) == [("bank_summary", "Rows.Emphasis", 1)]


LONG = "x" * 1000
MANY = 1500  # invoices of a kilobyte: more than is searched as a whole


@pytest.mark.parametrize(
    ("position", "found"),
    [(0, True), (MANY // 2, False), (MANY - 1, True)],
    ids=["at the beginning", "in the middle", "at the end"],
)
def test_large_batches_are_searched_at_their_ends(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk, position: int, found: bool
) -> None:
    records = [invoice(number, Reference=LONG) for number in range(MANY)]
    records[position]["Mood"] = "glad"
    load(warehouse, [desk.land("invoices", records)])

    kept = rows(warehouse, "select count(*) from raw.invoices where _extras is not null")
    assert kept == [(int(found),)]


def test_a_large_batch_with_a_field_at_its_beginning_keeps_it_everywhere(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    records = [invoice(number, Mood="glad", Reference=LONG) for number in range(MANY)]
    load(warehouse, [desk.land("invoices", records[:1000], records[1000:])])

    assert rows(warehouse, REPORTED) == [("invoices", "Mood", MANY)]
    assert rows(warehouse, "select count(_extras) from raw.invoices") == [(MANY,)]
