"""Values as Xero has been seen to write them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from xero_pipeline.warehouse import PageUnreadable, load
from xero_pipeline.warehouse.raw_tables import RAW_TABLES
from xero_pipeline.warehouse.repair import repaired
from xero_pipeline_tests.warehouse.desk import Desk, guid, invoice, rows

DAYS: dict[str | None, dt.date | None] = {
    "/Date(1563753600000+0000)/": dt.date(2019, 7, 22),
    "/Date(1563753600000)/": dt.date(2019, 7, 22),
    "/Date(1563753600000+1300)/": dt.date(2019, 7, 22),  # the offset is decoration
    "/Date(-86400000+0000)/": dt.date(1969, 12, 31),
    "/Date(0+0000)/": None,  # a date that was never set
    "2019-07-22T00:00:00": dt.date(2019, 7, 22),
    "2019-07-22": dt.date(2019, 7, 22),
    "": None,
    None: None,
}

INSTANTS = {
    "/Date(1563753600123+0000)/": dt.datetime(2019, 7, 22, 0, 0, 0, 123000),
    "2019-07-22T10:20:30.5Z": dt.datetime(2019, 7, 22, 10, 20, 30, 500000),
    "2019-07-22T10:20:30": dt.datetime(2019, 7, 22, 10, 20, 30),
}


def test_days(warehouse: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    written = [invoice(number, Reference=day, Date=day) for number, day in enumerate(DAYS)]
    load(warehouse, [desk.land("invoices", written)])

    assert dict(rows(warehouse, "select reference, date from raw.invoices")) == DAYS


def test_instants(warehouse: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    written = [
        {"InvoiceID": guid(number), "Reference": instant, "UpdatedDateUTC": instant}
        for number, instant in enumerate(INSTANTS)
    ]
    load(warehouse, [desk.land("invoices", written)])

    assert dict(rows(warehouse, "select reference, updated_date_utc from raw.invoices")) == INSTANTS


def test_numbers_and_booleans_written_as_strings(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    record = invoice(1, Total="1800.00", CurrencyRate="0.1234567891", HasAttachments="true")
    load(warehouse, [desk.land("invoices", [record])])

    (row,) = rows(warehouse, "select total, currency_rate, has_attachments from raw.invoices")
    assert row == (Decimal("1800.00"), Decimal("0.1234567891"), True)


def test_missing_keys_are_null_and_unknown_keys_are_passed_over(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    load(warehouse, [desk.land("invoices", [invoice(1, SentByCarrierPigeon={"Name": "Ada"})])])

    (row,) = rows(warehouse, "select contact, line_items, total, reference from raw.invoices")
    assert row == (None, None, None, None)


def test_a_null_object_written_as_an_empty_array_is_null(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    page = [invoice(1, Contact=[], LineItems=[]), invoice(2, Contact={"ContactID": guid(9)})]
    load(warehouse, [desk.land("invoices", page)])

    read = "select contact is null, contact.contact_id, line_items from raw.invoices order by 2"
    assert [null for null, *_ in rows(warehouse, read)] == [False, True]


def test_empty_values_of_any_other_shape_are_null(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    record = invoice(
        1, Contact="", LineItems={}, Payments="", Total="", RepeatingInvoiceID="", IsDiscounted=""
    )
    load(warehouse, [desk.land("invoices", [record])])

    (row,) = rows(
        warehouse,
        "select contact, line_items, payments, total, repeating_invoice_id, is_discounted "
        "from raw.invoices",
    )
    assert row == (None,) * 6


def test_a_value_that_says_something_is_never_made_null(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    batch = desk.land("invoices", [invoice(1, Contact=[], Total="a lot")])

    with pytest.raises(PageUnreadable, match="a lot"):
        load(warehouse, [batch])


def test_repair_leaves_text_alone() -> None:
    text = rb'{"Reference": "he wrote \"Contact\": [] and \"Total\": \"\"", "Contact" : [ ]}'

    assert repaired(text, RAW_TABLES["invoices"]) == text.replace(b"[ ]}", b"null}")


def test_pages_may_be_pretty_printed(warehouse: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    body = f'{{\r\n  "Items": [\r\n    {{\r\n      "ItemID": "{guid(1)}"\r\n    }}\r\n  ]\r\n}}\r\n'
    load(warehouse, [desk.land_bodies("items", body.encode())])

    assert rows(warehouse, "select count(*) from raw.items") == [(1,)]


def test_large_amounts_are_exact_to_the_cent(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    load(warehouse, [desk.land("invoices", [invoice(1, Total=99999999999.99)])])

    assert rows(warehouse, "select total from raw.invoices") == [(Decimal("99999999999.99"),)]
