"""docs/signals.md: what other systems build on is what the marts have, and its queries run."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from xero_pipeline_tests.sql.book import Book

DOC = (Path(__file__).resolve().parents[2] / "docs" / "signals.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", DOC, re.DOTALL)
TYPES = {"UUID", "VARCHAR", "DATE", "DECIMAL(18,4)"}


@pytest.fixture(scope="module")
def book() -> Book:
    book = Book(as_of=dt.date(2026, 6, 30))
    book.contact("Matariki Energy", email_address="accounts@matariki-energy.example")
    book.invoice(
        "late", "Matariki Energy", dt.date(2026, 1, 1), due=dt.date(2026, 2, 1), total=9000
    )
    book.build("marts.agency_signals", "marts.client_signals", "marts.match_clients")
    return book


def contract() -> dict[str, str]:
    """Column -> type, as the table in the document says; one type may stand for several columns."""
    columns: dict[str, str] = {}
    for names, written in re.findall(r"^\| (`.*?) \| (.*?) \|", DOC, re.MULTILINE):
        found, types = re.findall(r"`(\w+)`", names), written.split(", ")
        columns |= dict(zip(found, types if len(types) > 1 else types * len(found), strict=True))
    return columns


@pytest.mark.parametrize("mart", ["agency_signals", "client_signals"])
def test_the_marts_have_the_columns_of_the_contract(book: Book, mart: str) -> None:
    described = book.rows(f"describe marts.{mart}")
    actual = {row["column_name"]: row["column_type"] for row in described}
    beside = {"contact_id", "contact_name"} if mart == "client_signals" else {"client_key"}
    assert set(contract()) ^ set(actual) == beside
    for column, type_ in contract().items():
        if type_ in TYPES and column in actual:
            assert actual[column] == type_, column


def test_every_query_of_the_document_is_answered_with_rows(book: Book) -> None:
    answers = [book.warehouse.connection.execute(query).fetchall() for query in QUERIES]
    red, documents, _, matched, together = answers
    assert {row[1] for row in red} == {"oldest_days_overdue", "overdue_base", "revenue_share"}
    assert len(documents) == 1
    assert [row[:3] for row in matched] == [
        ("m-1", "matched", "Matariki Energy"),
        ("m-2", "matched", "Matariki Energy"),
        ("m-3", "unmatched", None),
    ]
    # Two of their people wrote; the later one counts.
    assert together[0] == (
        "Matariki Energy",
        "mail",
        "mail_days_silent",
        2,
        "Matariki Energy last wrote on 2026-06-28.",
    )
    assert {row[1] for row in together[1:]} == {"xero"}
