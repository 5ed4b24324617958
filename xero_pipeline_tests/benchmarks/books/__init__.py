"""Raw tables of many organisations over five years, written by DuckDB itself in seconds.

The same books every time: what looks like chance is a hash of a document's place. Contacts are
suppliers, customers with a repeating invoice, customers billed by hand (the same sum every month
or fortnight, or hours), and customers who come now and then. One in seven is billed in US dollars.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from xero_pipeline.warehouse import transaction

_FILES = ("organisations", "contacts", "invoices", "settlements", "templates", "bank")


@dataclass(frozen=True)
class Books:
    """How much there is to be.

    Attributes:
        invoices: sales invoices and bills, three lines and about one payment each.
        organisations: they share the invoices out evenly.
    """

    invoices: int = 300_000
    organisations: int = 100

    @property
    def bank_transactions(self) -> int:
        return self.invoices * 26 // 100


def write_books(connection: duckdb.DuckDBPyConnection, books: Books) -> None:
    """Fill the raw and ops tables of an empty warehouse.

    Raises:
        ValueError: an organisation would have fewer than 60 invoices.
    """
    each = books.invoices // books.organisations
    if each < 60:
        raise ValueError(f"{each} invoices an organisation are too few: give 60 or more")
    for name, number in (
        ("organisations", books.organisations),
        ("invoices_each", each),
        ("contacts_each", max(10, each // 60)),
        ("bank_transactions_each", books.bank_transactions // books.organisations),
    ):
        connection.execute(f"set variable {name} = {number}")
    with transaction(connection):
        for name in _FILES:
            connection.execute((Path(__file__).parent / f"{name}.sql").read_text())
