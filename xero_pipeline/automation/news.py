"""Which organisations webhooks make due: a rule over values, without Dagster or a clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic.dataclasses import dataclass


@dataclass(frozen=True)
class Heard:
    """How far the events have been turned into runs; the sensor's cursor.

    Attributes:
        handled: every event up to this number is, but for those of
        waiting: organisation ids, which have events and could not be asked for yet.
    """

    handled: int = 0
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True)
class Round:
    """What one look comes to.

    Attributes:
        to_read: organisation ids, each once however many events it has.
        heard: the next cursor.
    """

    to_read: list[str]
    heard: Heard


def listen(
    last_events: Mapping[str, int],
    heard: Heard,
    known: Collection[str],
    may_be_asked: Collection[str],
) -> Round:
    """Coalesce events into organisations to read.

    An organisation that may not be asked now (it is being read, or has no calls left) waits: a run
    that has begun may have passed the changed record already. Events of organisations that are not
    connected are let go.

    Args:
        last_events: organisation id -> number of its newest event after `heard.handled`.
        known: organisation ids that are connected.
        may_be_asked: those of them for which a run may be asked now.
    """
    news = {*last_events, *heard.waiting} & set(known)
    to_read = news & set(may_be_asked)
    handled = max(last_events.values(), default=heard.handled)
    return Round(sorted(to_read), Heard(handled, tuple(sorted(news - to_read))))
