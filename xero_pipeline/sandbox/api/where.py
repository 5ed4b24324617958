"""The `where` parameter: the documented part of Xero's LINQ-like filter language.

Comparisons (`==`, `=`, `!=`, `<`, `<=`, `>`, `>=`) of dotted fields with strings, numbers,
booleans, null, `DateTime(y, m, d[, h, m, s])` and `guid("...")`, joined by AND/&&, OR/|| and
brackets. Source: developer.xero.com, requests and responses.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xero_pipeline.sandbox.contract import Row, Value

Predicate = Callable[[Row], bool]
_Comparable = str | bool | Decimal | dt.datetime | None


class QueryError(ValueError):
    """A `where` or `order` that Xero would not understand either."""


@dataclass(frozen=True)
class Where:
    """A parsed filter.

    Attributes:
        matches: says whether a row passes.
        fields: the dotted fields it names, in lower case.
    """

    matches: Predicate
    fields: frozenset[str]


def parse(text: str) -> Where:
    """Reads a filter.

    Raises:
        QueryError: the text is not in the language above.
    """
    parser = _Parser(_tokens(text))
    predicate = parser.alternatives()
    parser.expect_end()
    return Where(predicate, frozenset(parser.fields))


def field_value(row: Row, path: str) -> Value:
    """The value at a dotted path, names in any case; None where there is nothing."""
    if path in row:
        return row[path]
    value: Value = row
    for name in path.lower().split("."):
        if not isinstance(value, Mapping):
            return None
        value = next((item for key, item in value.items() if key.lower() == name), None)
    return value


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<number>-?\d+(?:\.\d+)?)
    | (?P<operator>==|!=|<=|>=|&&|\|\||[=<>(),])
    | (?P<name>[A-Za-z_][A-Za-z_0-9]*(?:\.[A-Za-z_][A-Za-z_0-9]*)*)
    )""",
    re.VERBOSE,
)
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_KEYWORDS = {"and": "&&", "or": "||"}


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise QueryError(f"Unexpected character at position {position} in: {text}")
        word = match[match.lastgroup]
        if match.lastgroup == "name" and word.lower() in _KEYWORDS:
            tokens.append(_Token("operator", _KEYWORDS[word.lower()]))
        else:
            tokens.append(_Token(match.lastgroup, word))
        position = match.end()
    return tokens


class _Parser:
    """Recursive descent; one method for each rule of the grammar."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self.fields: set[str] = set()

    def alternatives(self) -> Predicate:
        options = [self._conjunction()]
        while self._take("||"):
            options.append(self._conjunction())
        return lambda row: any(option(row) for option in options)

    def _conjunction(self) -> Predicate:
        conditions = [self._condition()]
        while self._take("&&"):
            conditions.append(self._condition())
        return lambda row: all(condition(row) for condition in conditions)

    def _condition(self) -> Predicate:
        if self._take("("):
            inner = self.alternatives()
            self._expect(")")
            return inner
        path = self._field()
        operator_token = self._peek()
        if operator_token is None or operator_token.text not in _OPERATORS:
            return lambda row: field_value(row, path) is True  # a bare boolean field
        self._next += 1
        return _comparison(path, _OPERATORS[operator_token.text], self._literal())

    def _field(self) -> str:
        token = self._pop()
        if token.kind != "name":
            raise QueryError(f"A field name was expected, not: {token.text}")
        self.fields.add(token.text.lower())
        return token.text

    def _literal(self) -> _Comparable:
        token = self._pop()
        word = token.text.lower()
        if token.kind == "string":
            return token.text[1:-1].replace('\\"', '"').lower()
        if token.kind == "number":
            return Decimal(token.text)
        if word in ("true", "false"):
            return word == "true"
        if word == "null":
            return None
        if word == "guid":
            self._expect("(")
            value = self._literal()
            self._expect(")")
            return value
        if word == "datetime":
            return self._date_time()
        raise QueryError(f"A value was expected, not: {token.text}")

    def _date_time(self) -> dt.datetime:
        self._expect("(")
        parts = [self._whole_number()]
        while self._take(","):
            parts.append(self._whole_number())
        self._expect(")")
        try:
            return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[misc,arg-type]
        except (TypeError, ValueError) as error:
            raise QueryError(f"Not a date: DateTime{tuple(parts)}") from error

    def _whole_number(self) -> int:
        token = self._pop()
        if token.kind != "number" or not token.text.isdigit():
            raise QueryError(f"A whole number was expected, not: {token.text}")
        return int(token.text)

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _pop(self) -> _Token:
        token = self._peek()
        if token is None:
            raise QueryError("The filter ends too early")
        self._next += 1
        return token

    def _take(self, text: str) -> bool:
        token = self._peek()
        taken = token is not None and token.kind == "operator" and token.text == text
        self._next += taken
        return taken

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise QueryError(f"'{text}' was expected")

    def expect_end(self) -> None:
        token = self._peek()
        if token is not None:
            raise QueryError(f"Unexpected: {token.text}")


def _comparison(path: str, compare: Callable[[Any, Any], bool], wanted: _Comparable) -> Predicate:
    def matches(row: Row) -> bool:
        found = comparable(field_value(row, path))
        if found is None or wanted is None:
            return compare in (operator.eq, operator.ne) and compare(found, wanted)
        return isinstance(found, type(wanted)) and compare(found, wanted)

    return matches


def comparable(value: Value) -> _Comparable:
    """A field's value as something that orders: text without case, days as midnight UTC."""
    if isinstance(value, str):
        return value.lower()
    if isinstance(value, bool | Decimal | dt.datetime) or value is None:
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time(), dt.UTC)
    raise QueryError("Lists and objects cannot be compared")
