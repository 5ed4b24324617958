"""The unit of a column, by the conventions that names, types and descriptions of marts follow.

Money says its currency in its name (`amount_due_base`, `cost_aud`), in its description ("in base
currency"), or beside it: `currency_code`, whose own description may name the columns it is about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

BASE_CURRENCY = "base currency"

_MONEY = "DECIMAL(18,2)"
_RATE = "DECIMAL(20,10)"
_WHOLE_NUMBERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT"}
_OF_A_SIGNAL = {"value", "previous_value", "threshold"}


def unit_of(name: str, type_: str, descriptions: Mapping[str, str]) -> str | None:
    """The unit of a column.

    Args:
        name: of the column.
        type_: in DuckDB's words.
        descriptions: of all columns of its table, by name.

    Returns:
        Empty for what has no unit (text, ids, flags); None for a number whose unit is nowhere said.
    """
    if type_ == "DATE":
        return "calendar day"
    if type_ == "TIMESTAMP":
        return "instant, UTC"
    if not _is_number(type_):
        return ""
    return (
        _of_money(name, type_, descriptions)
        or _of_time(name, type_, descriptions[name])
        or (_of_others(name, type_, descriptions))
    )


def _is_number(type_: str) -> bool:
    is_decimal = type_.startswith("DECIMAL(") and not type_.endswith("]")
    return is_decimal or type_ == "DOUBLE" or type_ in _WHOLE_NUMBERS


def _of_money(name: str, type_: str, descriptions: Mapping[str, str]) -> str | None:
    if type_ == _RATE:
        return "units of currency_code per unit of base currency"
    if name in _OF_A_SIGNAL and "unit" in descriptions:
        return "as the column unit says"
    if "base" in name.split("_"):
        return BASE_CURRENCY
    if name.endswith("_aud"):
        return "AUD"
    return _of_plain_money(name, descriptions) if type_ == _MONEY else None


def _of_plain_money(name: str, descriptions: Mapping[str, str]) -> str | None:
    """Of an amount whose name says nothing of a currency."""
    named_there = re.search(rf"\b{name}\b", descriptions.get("currency_code", ""))
    if named_there or "currency_code" in descriptions[name]:
        return "currency_code"
    return BASE_CURRENCY if BASE_CURRENCY in descriptions[name] else None


def _of_time(name: str, type_: str, description: str) -> str | None:
    words = set(name.split("_"))
    if words & {"day", "days", "age"} or (
        type_ == "DOUBLE" and re.search(r"\bdays\b", description, re.I)
    ):
        return "days"
    return "months" if "months" in words else None


def _of_others(name: str, type_: str, descriptions: Mapping[str, str]) -> str | None:
    if name.endswith("score"):
        return "score"
    if type_ in _WHOLE_NUMBERS or name == "quantity":
        return "number"
    if type_ in {_MONEY, "DOUBLE"}:
        return "ratio, 0 to 1" if "0 to 1" in descriptions[name] else None
    return "ratio"
