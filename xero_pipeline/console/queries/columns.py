"""Which columns a SELECT needs."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def columns(row: type[DataclassInstance], *left_out: str) -> str:
    """The fields of a row, each of which is a column of that name: `basis, is_default`."""
    return ", ".join(each.name for each in fields(row) if each.name not in left_out)
