"""How Xero writes values in JSON, and what they become in a raw table.

A field is declared once, with Xero's own name and a type of this module. From it follow the type
that DuckDB's JSON reader is told, the type and snake_case name of the raw column, and the SQL
expression between the two. Xero's formats: developer.xero.com, "Requests and responses".
"""

from __future__ import annotations

import re
from dataclasses import dataclass


def snake_case(name: str) -> str:
    """Xero's name as a column name: InvoiceID -> invoice_id, UpdatedDateUTC -> updated_date_utc."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


@dataclass(frozen=True)
class Scalar:
    """A plain value.

    Attributes:
        wire: the DuckDB type that the JSON reader is told.
        column: the DuckDB type of the raw column.
        expression: SQL from wire to column; `{}` stands for the value. None: as it is read.
    """

    wire: str
    column: str
    expression: str | None = None

    def converted(self, value: str, depth: int = 0) -> str:
        return self.expression.format(value) if self.expression else value


@dataclass(frozen=True)
class Field:
    """One key of a JSON object."""

    name: str
    type: WireType

    @property
    def column(self) -> str:
        return snake_case(self.name)


@dataclass(frozen=True)
class Record:
    """A nested object; its keys become the snake_case fields of a STRUCT."""

    fields: tuple[Field, ...]

    @property
    def wire(self) -> str:
        return f"STRUCT({', '.join(f'{quoted(f.name)} {f.type.wire}' for f in self.fields)})"

    @property
    def column(self) -> str:
        return f"STRUCT({', '.join(f'{quoted(f.column)} {f.type.column}' for f in self.fields)})"

    def converted(self, value: str, depth: int = 0) -> str:
        members = ", ".join(
            f"{quoted(f.column)} := {f.type.converted(f'{value}.{quoted(f.name)}', depth)}"
            for f in self.fields
        )
        # An absent object stays NULL instead of becoming a struct of NULLs.
        return f"case when {value} is not null then struct_pack({members}) end"


@dataclass(frozen=True)
class ListOf:
    """A JSON array of records or plain values."""

    element: WireType

    @property
    def wire(self) -> str:
        return f"{self.element.wire}[]"

    @property
    def column(self) -> str:
        return f"{self.element.column}[]"

    def converted(self, value: str, depth: int = 0) -> str:
        each = f"e{depth}"
        return f"list_transform({value}, lambda {each}: {self.element.converted(each, depth + 1)})"


WireType = Scalar | Record | ListOf


def quoted(name: str) -> str:
    """A name as an SQL identifier: some of Xero's are reserved words (`Order`, `End`)."""
    return f'"{name}"'


def record(**fields: WireType) -> Record:
    """A nested object from keyword arguments spelt as Xero spells them."""
    return Record(tuple(Field(name, type_) for name, type_ in fields.items()))


# `/Date(ms+0000)/`: milliseconds since 1970; the offset is decoration and never added. Xero also
# writes ISO 8601 in places, and `/Date(0+0000)/` where a date was never set.
_MILLISECONDS = "try_cast(regexp_extract({0}, '^/Date\\((-?\\d+)', 1) as bigint)"
_INSTANT = (
    "coalesce(epoch_ms(nullif(" + _MILLISECONDS + ", 0)), try_cast(rtrim({0}, 'Z') as timestamp))"
)

TEXT = Scalar("VARCHAR", "VARCHAR")
GUID = Scalar("UUID", "UUID")
FLAG = Scalar("BOOLEAN", "BOOLEAN")
COUNT = Scalar("INTEGER", "INTEGER")
MONEY = Scalar("DECIMAL(18,2)", "DECIMAL(18,2)")
UNIT_AMOUNT = Scalar("DECIMAL(18,4)", "DECIMAL(18,4)")
QUANTITY = Scalar("DECIMAL(18,4)", "DECIMAL(18,4)")
PERCENT = Scalar("DECIMAL(9,4)", "DECIMAL(9,4)")
RATE = Scalar("DECIMAL(20,10)", "DECIMAL(20,10)")
# Midnight UTC of the organisation-local day: taking the UTC date gives the day that was written.
DAY = Scalar("VARCHAR", "DATE", "cast(" + _INSTANT + " as date)")
INSTANT = Scalar("VARCHAR", "TIMESTAMP", _INSTANT)
# A budget's period, `2026-03`: its first day.
MONTH = Scalar("VARCHAR", "DATE", "try_cast({0} || '-01' as date)")
