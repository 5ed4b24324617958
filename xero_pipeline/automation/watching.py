"""What runs because something was posted that clients may have to be asked about."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import dagster as dg
from pydantic import TypeAdapter

from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.automation.batches import in_progress, run_requests
from xero_pipeline.automation.candidates import candidates
from xero_pipeline.automation.due import Candidate, affordable_freshness
from xero_pipeline.automation.jobs import REFRESH
from xero_pipeline.automation.sensors import CALLS_AN_INCREMENT, WANTED_FRESHNESS
from xero_pipeline.connections import Connections
from xero_pipeline.connections.gateway import day_budget
from xero_pipeline.settings import Settings
from xero_pipeline.sync import Depth, calls_without_changes
from xero_pipeline.sync.peek import Peek, endpoints_of, peek
from xero_pipeline.xero import Asker, Endpoint, XeroError

logger = logging.getLogger(__name__)

_TICK_SECONDS = 15
_LOOKS_AT_ONCE = 16
_PATIENCE_SECONDS = 30.0
"""A tick begins no look later than this: Dagster ends one that takes a minute."""

_BEFORE_THE_LAST_SYNC = timedelta(minutes=5)
"""The first look goes back so far: that sync may have begun this long before it ended."""

_PEEKS = TypeAdapter(dict[str, Peek])

_OFF = "XERO_TASK_POLL_SECONDS is not set: what is posted becomes known every 15 minutes."


@dataclass(frozen=True)
class Watched:
    """An organisation with watched accounts.

    Attributes:
        endpoints: what has to be asked for its tasks.
        interval: how long to wait between two looks.
    """

    candidate: Candidate
    endpoints: tuple[Endpoint, ...]
    interval: timedelta

    def is_due(self, last: Peek | None, now: datetime) -> bool:
        """Never before the first sync, and only while calls for what a find entails are left."""
        read = self.candidate.last_sync_at is not None
        is_time = last is None or now - last.at >= self.interval
        calls = len(self.endpoints) + CALLS_AN_INCREMENT
        return read and is_time and self.candidate.may_be_asked(now, calls)


def affordable_interval(settings: Settings, calls_a_look: int) -> timedelta:
    """How often to look without taking calls from increments, the night and people.

    As often as the settings say, or as the calls that these leave last; as rarely as an increment
    runs where they leave none.
    """
    a_day = timedelta(days=1)
    increments = (a_day // WANTED_FRESHNESS) * CALLS_AN_INCREMENT
    a_night = calls_without_changes(Depth.NIGHTLY, settings.aged_contacts)
    left = day_budget(settings).of(Asker.SCHEDULE) - increments - a_night
    wanted = timedelta(seconds=settings.task_poll_seconds or WANTED_FRESHNESS.total_seconds())
    return min(affordable_freshness(wanted, calls_a_look, max(left, 0)), WANTED_FRESHNESS)


@dg.sensor(
    job=REFRESH,
    minimum_interval_seconds=_TICK_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def task_watch(context: dg.SensorEvaluationContext, pipeline: Pipeline) -> dg.SensorResult:
    """Look whether something was posted where accounts are watched, and read those organisations.

    A look that finds nothing starts no run.
    """
    settings = pipeline.settings()
    if settings.task_poll_seconds is None:
        return dg.SensorResult(skip_reason=dg.SkipReason(_OFF), cursor=context.cursor)
    now = pipeline.clock().now()
    before = _PEEKS.validate_json(context.cursor or "{}")
    with pipeline.connections() as connections:
        watched = _watched(pipeline, connections)
        due = _due(watched, before, in_progress(context.instance), now)
        found = _look(connections, due, before)
    after = {each.candidate.organisation_id for each in watched}
    peeks = {id: each for id, each in before.items() if id in after}
    peeks |= {id: seen for id, (seen, _) in found.items()}
    news = [each.candidate.organisation for each in due if _is_news(found, each.candidate)]
    return dg.SensorResult(
        run_requests=run_requests(news, Depth.INCREMENT, now),
        skip_reason=None if news else dg.SkipReason(f"Looked at {len(found)}: nothing is new."),
        cursor=_PEEKS.dump_json(peeks).decode(),
    )


Found = Mapping[str, tuple[Peek, bool]]
"""Organisation id -> what was seen, and whether it is news."""


def _is_news(found: Found, candidate: Candidate) -> bool:
    return candidate.organisation_id in found and found[candidate.organisation_id][1]


def _watched(pipeline: Pipeline, connections: Connections) -> list[Watched]:
    """Organisations of which a look is affordable more often than an increment."""
    types = defaultdict(list)
    for account in connections.watched_accounts():
        types[account.organisation_id].append(account.document_types)
    if not types:
        return []
    settings = pipeline.settings()
    known = [each for each in candidates(pipeline) if each.organisation_id in types]
    watched = []
    for each in known:
        endpoints = endpoints_of(types[each.organisation_id])
        watched.append(Watched(each, endpoints, affordable_interval(settings, len(endpoints))))
    return [each for each in watched if each.interval < WANTED_FRESHNESS]


def _due(
    watched: Sequence[Watched], before: Mapping[str, Peek], busy: set[str], now: datetime
) -> list[Watched]:
    """Those that have waited longest first. One that is being read is looked at afterwards: what
    was posted meanwhile is still new then."""
    waiting = [
        each
        for each in watched
        if each.candidate.organisation not in busy
        and each.is_due(before.get(each.candidate.organisation_id), now)
    ]
    never = datetime.min.replace(tzinfo=now.tzinfo)

    def last_look(each: Watched) -> datetime:
        last = before.get(each.candidate.organisation_id)
        return last.at if last else never

    return sorted(waiting, key=last_look)


def _look(connections: Connections, due: Sequence[Watched], before: Mapping[str, Peek]) -> Found:
    end = time.monotonic() + _PATIENCE_SECONDS

    def one(each: Watched) -> tuple[Peek, bool] | None:
        id, read_at = each.candidate.organisation_id, each.candidate.last_sync_at
        if time.monotonic() >= end or read_at is None:
            return None
        last = before.get(id) or Peek.beginning(read_at - _BEFORE_THE_LAST_SYNC)
        try:
            with connections.client(id, Asker.SCHEDULE) as client:
                return peek(client, each.endpoints, last)
        except XeroError as error:
            # The next sync meets the same, and its connection says what is wrong.
            logger.warning("%s was not looked at: %s", each.candidate.organisation, error)
            return None

    with ThreadPoolExecutor(_LOOKS_AT_ONCE) as threads:
        looks = list(threads.map(one, due))
    return {
        each.candidate.organisation_id: look
        for each, look in zip(due, looks, strict=True)
        if look is not None
    }
