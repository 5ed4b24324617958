"""Which organisations webhooks make due: a rule over values, without Dagster or a clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field

from pydantic.dataclasses import dataclass


@dataclass(frozen=True)
class Heard:
    """How far the events have been turned into runs; the sensor's cursor.

    Attributes:
        handled: every event up to this number is.
        ahead: organisation id -> the number up to which its own events are, beyond `handled`.
    """

    handled: int = 0
    ahead: Mapping[str, int] = field(default_factory=dict)


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

    Events of an organisation that may not be asked now (it is being read, or has no calls left)
    wait: a run that has begun may have passed the changed record already. Those of organisations
    that are not connected are let go.

    Args:
        last_events: organisation id -> number of its newest event after `heard.handled`.
        known: organisation ids that are connected.
        may_be_asked: those of them for which a run may be asked now.
    """
    news = {
        organisation: last
        for organisation, last in last_events.items()
        if organisation in known and last > heard.ahead.get(organisation, 0)
    }
    to_read = sorted(news.keys() & set(may_be_asked))
    ahead = {
        organisation: last
        for organisation, last in {**heard.ahead, **{each: news[each] for each in to_read}}.items()
        if organisation in last_events
    }
    if news.keys() <= set(to_read):  # nobody waits
        return Round(to_read, Heard(max(last_events.values(), default=heard.handled)))
    return Round(to_read, Heard(heard.handled, ahead))
