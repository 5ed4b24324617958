"""From all rows of a collection to those that one request is answered with.

Pure: nothing here knows HTTP or the wire. Paging is worked out on the rows as they are now, so
that a record edited while a client walks the pages moves, as it does at Xero.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from fractions import Fraction

from xero_pipeline.sandbox.api import where
from xero_pipeline.sandbox.api.catalogue import DayRange, Paging, Resource, Shape
from xero_pipeline.sandbox.api.collection import Collection, ordered, parse_order
from xero_pipeline.sandbox.api.where import Predicate, QueryError
from xero_pipeline.sandbox.contract import Row

DEFAULT_PAGE_SIZE = 100
LARGEST_PAGE_SIZE = 1000


class HighVolumeError(ValueError):
    """The request would return or scan more documents than Xero allows."""


@dataclass(frozen=True)
class Query:
    """The query parameters of a request; Xero reads their names in any case."""

    parameters: Mapping[str, str]

    @classmethod
    def of(cls, items: Iterable[tuple[str, str]]) -> Query:
        return cls({name.lower(): value for name, value in items})

    def text(self, name: str) -> str:
        return self.parameters.get(name.lower(), "").strip()

    def flag(self, name: str) -> bool:
        return self.text(name).lower() == "true"

    def names(self, name: str) -> frozenset[str]:
        """A comma-separated list, without case."""
        return frozenset(item.strip().lower() for item in self.text(name).split(",") if item)

    def number(self, name: str) -> int | None:
        """A whole number; None when absent.

        Raises:
            QueryError: it is something else.
        """
        text = self.text(name)
        if not text:
            return None
        try:
            return int(text)
        except ValueError:
            raise QueryError(f"{name} must be a whole number, not: {text}") from None

    def day(self, name: str) -> dt.date:
        """A day as YYYY-MM-DD.

        Raises:
            QueryError: it is something else.
        """
        try:
            return dt.date.fromisoformat(self.text(name)[:10])
        except ValueError:
            raise QueryError(f"{name} must be a day, not: {self.text(name)}") from None


@dataclass(frozen=True)
class Page:
    """What `pagination` says."""

    number: int
    size: int
    count: int
    items: int


@dataclass(frozen=True)
class Listing:
    """Rows to answer with, how much of each to show, and the page they are (None: unpaged)."""

    rows: Sequence[Row]
    shape: Shape
    page: Page | None
    unit_places: int


@dataclass(frozen=True)
class ListingRules:
    """What can be switched.

    Attributes:
        high_volume: documents that one request may return or scan.
        journals_at_once: of the answers to `offset`; fewer shows that a short one is not the last.
        manual_journals_order_disables_paging: the defect seen at Xero in 2022.
        share_shown: of the records that a listing should hold, so many are there, in its order.
    """

    high_volume: int = 100_000
    journals_at_once: int = 100
    manual_journals_order_disables_paging: bool = False
    share_shown: Fraction = Fraction(1)


def list_rows(
    collection: Collection,
    query: Query,
    modified_since: dt.datetime | None,
    rules: ListingRules,
) -> Listing:
    """Filters, orders and pages.

    Args:
        collection: all rows there are.
        query: the request's parameters; unknown ones are ignored.
        modified_since: from If-Modified-Since; rows changed in that second or later pass.
        rules: see there.

    Raises:
        QueryError: `where`, `order` or a page number that cannot be read.
        HighVolumeError: too many documents for one answer.
    """
    resource = collection.resource
    paged = _is_paged(resource, query, rules)
    found = _wanted(collection, query, modified_since, paged=paged, rules=rules)
    if rules.share_shown != 1:
        found = found[: int(len(found) * rules.share_shown)]
    places = max(resource.unit_places, unit_places(query))
    if resource.paging is Paging.BY_OFFSET:
        return Listing(_numbered_above(found, query, rules), Shape.PAGE, None, places)
    page = _page(resource, query, len(found)) if paged else None
    if page is not None:
        found = found[(page.number - 1) * page.size : page.number * page.size]
    shape = _shape(resource, query, paged)
    return Listing(found, shape, None if resource.paging is Paging.FIXED else page, places)


def _wanted(
    collection: Collection,
    query: Query,
    modified_since: dt.datetime | None,
    *,
    paged: bool,
    rules: ListingRules,
) -> Sequence[Row]:
    """Every row of the answer, in order, over all its pages."""
    resource, order = collection.resource, query.text("order")
    rows = collection.rows if modified_since is None else collection.changed_since(modified_since)
    _refuse_high_volume(resource, len(rows), query, paged, rules)
    conditions = list(_conditions(resource, query))
    if rows is collection.rows and not conditions:
        return collection.in_order(order)
    for passes in conditions:
        rows = [row for row in rows if passes(row)]
    return ordered(resource, rows, order)


def unit_places(query: Query) -> int:
    return 4 if query.text("unitdp") == "4" else 2


def parse_modified_since(header: str | None) -> dt.datetime | None:
    """If-Modified-Since to the second: ISO with or without zone and fraction, or the HTTP form.

    None when absent or unreadable: HTTP has such a header ignored.
    """
    if not header:
        return None
    try:
        instant = dt.datetime.fromisoformat(header.strip())
    except ValueError:
        try:
            instant = parsedate_to_datetime(header)
        except ValueError:
            return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=dt.UTC)
    return instant.astimezone(dt.UTC).replace(microsecond=0)


def _is_paged(resource: Resource, query: Query, rules: ListingRules) -> bool:
    if resource.paging is not Paging.ON_DEMAND:
        return resource.paging is not Paging.NONE
    if (
        resource.path == "ManualJournals"
        and query.text("order")
        and rules.manual_journals_order_disables_paging
    ):
        return False
    summary = query.flag("summaryOnly") and Shape.SUMMARY_ONLY in resource.trims
    by_status = "statuses" in resource.filters and bool(query.names("Statuses"))
    return summary or by_status or bool(query.text("page"))


def _conditions(resource: Resource, query: Query) -> Iterator[Predicate]:
    """One predicate for each parameter of the request that leaves rows out."""
    for parameter, path in resource.filters.items():
        if query.names(parameter):
            yield _one_of(path, query.names(parameter))
    for parameter, days in resource.ranges.items():
        if query.text(parameter):
            yield _within(days, query.day(parameter))
    if resource.hidden is not None and not query.text("IDs"):
        field, status, parameter = resource.hidden
        if not query.flag(parameter):
            yield lambda row: row.get(field) != status
    if resource.path == "Invoices" and query.flag("createdByMyApp"):
        yield lambda row: False  # nothing in the sandbox was made through the API
    if resource.searched and query.text("searchTerm"):
        yield _containing(query.text("searchTerm").lower(), resource.searched)
    if query.text("where"):
        yield where.parse(query.text("where")).matches


def _within(days: DayRange, limit: dt.date) -> Predicate:
    def passes(row: Row) -> bool:
        day = row.get(days.field)
        if not isinstance(day, dt.date):
            return False
        return day >= limit if days.end == "first" else day <= limit

    return passes


def _one_of(path: str, names: frozenset[str]) -> Predicate:
    return lambda row: str(where.field_value(row, path)).lower() in names


def _containing(term: str, paths: tuple[str, ...]) -> Predicate:
    return lambda row: any(term in str(where.field_value(row, p) or "").lower() for p in paths)


def _numbered_above(rows: Sequence[Row], query: Query, rules: ListingRules) -> Sequence[Row]:
    """What follows the offset. Journals are numbered from 1 without gaps, in order."""
    offset = query.number("offset") or 0
    above = sorted((row for row in rows if _number(row) > offset), key=_number)
    return above[: rules.journals_at_once]


def _number(row: Row) -> int:
    number = row["JournalNumber"]
    return number if isinstance(number, int) else 0


def _page(resource: Resource, query: Query, items: int) -> Page:
    size = None if resource.paging is Paging.FIXED else query.number("pageSize")
    size = DEFAULT_PAGE_SIZE if size is None else min(max(size, 1), LARGEST_PAGE_SIZE)
    number = max(query.number("page") or 1, 1)
    return Page(number, size, -(-items // size), items)


def _shape(resource: Resource, query: Query, paged: bool) -> Shape:
    if query.flag("summaryOnly") and Shape.SUMMARY_ONLY in resource.trims:
        return Shape.SUMMARY_ONLY
    return Shape.PAGE if paged else Shape.SUMMARY


def _refuse_high_volume(
    resource: Resource,
    count: int,
    query: Query,
    paged: bool,
    rules: ListingRules,
) -> None:
    """A page in an indexed order is cheap; returning everything or scanning it is not."""
    if count <= rules.high_volume or not resource.cheap_fields:
        return
    cheap = {field.lower() for field in resource.cheap_fields}
    named = set(where.parse(query.text("where")).fields) if query.text("where") else set()
    if query.text("order"):
        named.add(parse_order(query.text("order"))[0].lower())
    if not paged or not named <= cheap:
        raise HighVolumeError(f"{count} documents are more than one request may read")
