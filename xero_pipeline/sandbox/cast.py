"""The organisations that live in the sandbox: a digital agency, and one of its clients. On request
also a studio that bills everything by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from xero_pipeline.sandbox.books import Book
from xero_pipeline.sandbox.events import Event, OrganisationOpened
from xero_pipeline.sandbox.life import agency, client_book, studio
from xero_pipeline.sandbox.world import Organisation

Cast = Callable[[int, dt.date], Sequence[Organisation]]
"""The organisations of a seed and a first day."""

_Life = Callable[[int, dt.date, dt.datetime], list[Event]]


def demo_cast(seed: int, start: dt.date) -> Sequence[Organisation]:
    """Keys "agency" and "client".

    Args:
        seed: another seed, another life.
        start: the organisations' first day.
    """
    return [_organisation(life, seed, start) for life in (agency, client_book)]


def cast_with_studio(seed: int, start: dt.date) -> Sequence[Organisation]:
    """Those of `demo_cast`, and key "studio"."""
    return [*demo_cast(seed, start), _organisation(studio, seed, start)]


def _organisation(life: _Life, seed: int, start: dt.date) -> Organisation:
    first_days = dt.datetime.combine(start, dt.time(), dt.UTC) + dt.timedelta(days=2)
    opened = life(seed, start, first_days)[0]
    if not isinstance(opened, OrganisationOpened):
        raise TypeError(f"A life begins with OrganisationOpened, not with {opened}")
    return Organisation(Book(opened), lambda until: life(seed, start, until)[1:], [opened])
