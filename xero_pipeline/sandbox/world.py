"""The organisations of a sandbox, their books, and the life that happens to them as time passes."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace

from xero_pipeline.sandbox.books import Book as BookOfEvents
from xero_pipeline.sandbox.books.errors import Refused
from xero_pipeline.sandbox.clock import Clock
from xero_pipeline.sandbox.contract import Book
from xero_pipeline.sandbox.events import Event, OrganisationOpened, happening_at

Plan = Callable[[dt.datetime], list[Event]]
"""All events of a book up to an instant, in order. A later instant only adds to the end."""

_FORESIGHT = dt.timedelta(days=45)


class Organisation:
    """A book and the events still to come.

    Attributes:
        is_copy: it is one of a series.
    """

    def __init__(
        self,
        book: Book,
        plan: Plan,
        opened: Sequence[Event] = (),
        *,
        shared: Sequence[Event] = (),
    ) -> None:
        """`opened` and `shared`: what the book has seen already, by itself or as one of many."""
        self.book = book
        self.is_copy = bool(shared)
        self._shared = shared
        self._own_history = list(opened)
        self._plan = plan
        self._planned_until: dt.datetime | None = None
        self._events: list[Event] = []
        self._applied = 0
        self._meddled = False

    def begun_anew(self, key: str) -> Organisation:
        """The same life from its beginning, as another organisation.

        Args:
            key: of the new one; its ids and those of everything in it follow from it.

        Raises:
            Refused: nobody knows how it began, or it is one of a series.
        """
        opened = next(iter(self._own_history), None)
        if not isinstance(opened, OrganisationOpened):
            raise Refused(f"{self.book.name} has no beginning of its own to go back to.")
        opened = replace(opened, key=key)
        return Organisation(BookOfEvents(opened), self._plan, [opened])

    @property
    def history(self) -> list[Event]:
        """What has happened, in the order in which it reached the book."""
        return [*self._shared, *self._own_history]

    def meddle(self, event: Event) -> None:
        """Makes something happen that the plan does not know of. Raises Refused."""
        self._apply(event)
        self._meddled = True

    def catch_up(self, now: dt.datetime) -> None:
        """Lets everything happen that is due.

        Once somebody has meddled, planned events that have become impossible do not happen.
        """
        if self._planned_until is None or now > self._planned_until:
            self._planned_until = now + _FORESIGHT
            self._events = self._plan(self._planned_until)
        while self._applied < len(self._events) and self._events[self._applied].at <= now:
            with suppress(Refused) if self._meddled else nullcontext():
                self._apply(self._events[self._applied])
            self._applied += 1

    def _apply(self, event: Event) -> None:
        self.book.apply(event)
        self._own_history.append(event)


class World:
    """All organisations. Books are read and changed one request at a time."""

    def __init__(self, clock: Clock, organisations: Iterable[Organisation]) -> None:
        self.clock = clock
        self._organisations: dict[str, Organisation] = {}
        self._by_name: dict[str, Organisation] = {}
        self._lock = threading.RLock()
        self.add(organisations)

    def add(self, organisations: Iterable[Organisation]) -> None:
        """More organisations; all that is due happens in them."""
        with self._lock:
            for organisation in organisations:
                book = organisation.book
                book.clock = self.clock.now
                organisation.catch_up(self.clock.now())
                self._organisations[book.tenant_id] = organisation
                for name in (book.name.lower(), book.tenant_id, book.key):
                    self._by_name.setdefault(name, organisation)

    def reset_demo(self, tenant: str) -> Book:
        """What Xero does to a demo company every 28 days: another organisation takes its place.

        Raises:
            Refused: it has no beginning to go back to.
        """
        with self._lock:
            old = self._organisations[tenant]
            key, _, times = old.book.key.partition("+")
            new = old.begun_anew(f"{key}+{int(times or 0) + 1}")
            del self._organisations[tenant], self._by_name[tenant]
            for name in [name for name, item in self._by_name.items() if item is old]:
                self._by_name[name] = new
            self.add([new])
            return new.book

    @property
    def cast(self) -> Sequence[str]:
        """The tenant ids of those that are not one of many."""
        return [tenant for tenant, item in self._organisations.items() if not item.is_copy]

    @property
    def books(self) -> Mapping[str, Book]:
        """By tenant id."""
        return {tenant: item.book for tenant, item in self._organisations.items()}

    def book(self, name: str) -> Book:
        """By key, tenant id or name; raises LookupError."""
        try:
            return self._by_name[name.lower()].book
        except KeyError:
            raise LookupError(f"No organisation is called {name}") from None

    @contextmanager
    def open(self, tenant: str) -> Iterator[Book]:
        """A book as it stands now, held still while it is read."""
        with self._current(tenant) as organisation:
            yield organisation.book

    def history(self, tenant: str) -> list[Event]:
        """What has happened to a book until now."""
        with self._current(tenant) as organisation:
            return organisation.history

    def apply(self, tenant: str, events: Iterable[Event]) -> None:
        """Makes something happen that the plan does not know of. Raises Refused."""
        with self._current(tenant) as organisation:
            for event in events:
                organisation.meddle(event)

    def attempt(self, tenant: str, events: Iterable[Event]) -> int:
        """Makes events happen at this very instant, whatever their `at` says.

        Returns:
            How many did: those that the book refuses are left out.
        """
        happened = 0
        with self._current(tenant) as organisation:
            for event in events:
                with suppress(Refused):
                    organisation.meddle(happening_at(event, self.clock.now()))
                    happened += 1
        return happened

    @contextmanager
    def _current(self, tenant: str) -> Iterator[Organisation]:
        with self._lock:
            organisation = self._organisations[tenant]
            organisation.catch_up(self.clock.now())
            yield organisation
