"""Events of client tasks, pushed to whoever wants them: signed, in order, at least once.

An answer of 2xx takes the events; anything else, or none, and they are sent again. So an event may
come twice: its `event_id` tells, and so does its `sequence`, which grows by one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import duckdb
import requests
from pydantic import SecretStr

from xero_pipeline.settings import Settings
from xero_pipeline.tasks.delivery_progress import DeliveryProgress, Progress
from xero_pipeline.tasks.errors import DeliveryUnusable
from xero_pipeline.tasks.event_messages import message, message_id, signature
from xero_pipeline.tasks.model import TaskEvent
from xero_pipeline.warehouse import read_published
from xero_pipeline.xero.limits import Clock
from xero_pipeline.xero.transport import USER_AGENT, in_short

EVENTS_A_POST = 100
_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 10.0
_LONGEST_WAIT = timedelta(hours=1)
_WAIT_WHEN_GONE = timedelta(days=1)


@dataclass(frozen=True)
class Subscriber:
    """Who gets the events.

    Attributes:
        url: may hold credentials.
        key: signs what is sent.
    """

    url: SecretStr
    key: SecretStr

    @property
    def name(self) -> str:
        """The address without what may be secret in it: credentials, query, fragment."""
        parts = urlsplit(self.url.get_secret_value())
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"


@dataclass(frozen=True)
class Delivered:
    """What a round came to.

    Attributes:
        events, posts: taken by the subscriber, and in how many requests.
        failures: organisation id -> why its events wait for another attempt.
        is_complete: nothing waits any more.
    """

    events: int = 0
    posts: int = 0
    failures: Mapping[str, str] = field(default_factory=dict)
    is_complete: bool = True


def subscriber_of(settings: Settings) -> Subscriber | None:
    """Who the settings name; None: nobody.

    Raises:
        DeliveryUnusable: the address is none, or there is no secret to sign with.
    """
    if settings.task_webhook_url is None:
        return None
    address = urlsplit(settings.task_webhook_url.get_secret_value())
    if address.scheme not in ("http", "https") or not address.hostname:
        raise DeliveryUnusable("XERO_TASK_WEBHOOK_URL is not an address that begins with https://.")
    if settings.task_webhook_secret is None:
        raise DeliveryUnusable(
            "XERO_TASK_WEBHOOK_URL is set and XERO_TASK_WEBHOOK_SECRET is not: nobody could tell "
            "who sent the events."
        )
    return Subscriber(settings.task_webhook_url, settings.task_webhook_secret)


def deliver_events(settings: Settings, clock: Clock, *, seconds: float | None = None) -> Delivered:
    """Push what the subscriber does not have yet of the published events.

    Args:
        seconds: begin no further request after so many; None: go on until all are taken.

    Returns:
        What was taken; nothing when another process is at it.

    Raises:
        DeliveryUnusable: nobody is subscribed, or the settings are amiss.
        NothingPublished: there are no events yet.
        HomeUnusable
    """
    subscriber = subscriber_of(settings)
    if subscriber is None:
        raise DeliveryUnusable("Nobody wants events: XERO_TASK_WEBHOOK_URL is not set.")
    with closing(DeliveryProgress.open(settings, subscriber.name)) as progress:
        turn = progress.locks.take("task-delivery", 0)
        if turn is None:
            return Delivered(is_complete=False)
        with turn, read_published(settings.published_database) as published:
            events = PublishedEvents(published)
            return Courier(subscriber, progress, clock).round(events, seconds)


@dataclass(frozen=True)
class PublishedEvents:
    """`marts.client_task_events` of one snapshot."""

    connection: duckdb.DuckDBPyConnection

    def newest(self) -> dict[str, int]:
        """Organisation id -> number of its newest event."""
        found = self.connection.execute(
            "select organisation_id::varchar, max(sequence) from marts.client_task_events "
            "group by organisation_id order by organisation_id"
        )
        return dict(found.fetchall())

    def after(self, sequence: int, organisation_id: str, count: int) -> list[TaskEvent]:
        """The events of an organisation that follow this number, so many at most."""
        found = self.connection.execute(
            "select * from marts.client_task_events "
            "where organisation_id = ? and sequence > ? order by sequence limit ?",
            [organisation_id, sequence, count],
        )
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return [
            TaskEvent(organisation_id, int(row["sequence"]), str(row["event_id"]), row)
            for row in rows
        ]


class Courier:
    """Brings events to one subscriber.

    An organisation whose events are not taken is tried again after a minute, two, four ... an hour
    at most; the others go on. Where the subscriber does not answer at all the round ends, for it
    would fail them all.

    Args:
        answer_seconds: how long the subscriber may take to answer.
    """

    def __init__(
        self,
        subscriber: Subscriber,
        progress: DeliveryProgress,
        clock: Clock,
        *,
        answer_seconds: float = _ANSWER_SECONDS,
    ) -> None:
        self._answer_seconds = answer_seconds
        self._subscriber = subscriber
        self._progress = progress
        self._clock = clock

    def round(self, events: PublishedEvents, seconds: float | None = None) -> Delivered:
        """Bring everything that waits and is due.

        Args:
            seconds: begin no further request after so many.
        """
        tally = _Tally(_deadline(seconds))
        known = self._progress.of_organisations()
        with requests.Session() as session:
            for id, newest in events.newest().items():
                progress = known.get(id, Progress())
                if newest <= progress.last_sequence:
                    continue
                if progress.is_due(self._clock.now()):
                    self._bring(session, events, id, progress, tally)
                else:
                    tally.failures[id] = progress.last_error
                if tally.is_over:
                    break
        return tally.delivered()

    def _bring(
        self,
        session: requests.Session,
        events: PublishedEvents,
        organisation_id: str,
        progress: Progress,
        tally: _Tally,
    ) -> None:
        """One organisation's events, until all are taken or some are not."""
        last = progress.last_sequence
        while batch := events.after(last, organisation_id, EVENTS_A_POST):
            if tally.is_late():
                tally.is_over = True
                return
            failure = self._post(session, organisation_id, batch)
            if failure is not None:
                try_at = self._clock.now() + failure.wait(progress)
                self._progress.failed(organisation_id, progress, failure.reason, try_at)
                tally.fails(organisation_id, failure)
                return
            last = batch[-1].sequence
            progress = Progress(last)
            self._progress.advance(organisation_id, last)
            tally.takes(batch)

    def _post(
        self, session: requests.Session, organisation_id: str, events: Sequence[TaskEvent]
    ) -> _Failure | None:
        """None: they are taken."""
        now = self._clock.now()
        id = message_id(events)
        body = message(organisation_id, events, now)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "webhook-id": id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature(self._subscriber.key, id, int(now.timestamp()), body),
        }
        try:
            with session.post(
                self._subscriber.url.get_secret_value(),
                data=body,
                headers=headers,
                timeout=(_CONNECT_SECONDS, self._answer_seconds),
                # The signed events are for this address and no other.
                allow_redirects=False,
                stream=True,
            ) as answer:
                return _Failure.of(answer.status_code)
        except requests.RequestException as error:
            return _Failure(in_short(error), is_of_all=True)


@dataclass
class _Tally:
    """A round so far.

    Attributes:
        is_late: whether its time is up.
    """

    is_late: Callable[[], bool]
    events: int = 0
    posts: int = 0
    failures: dict[str, str] = field(default_factory=dict)
    is_over: bool = False

    def takes(self, batch: Sequence[TaskEvent]) -> None:
        self.events += len(batch)
        self.posts += 1

    def fails(self, organisation_id: str, failure: _Failure) -> None:
        self.failures[organisation_id] = failure.reason
        self.is_over |= failure.is_of_all

    def delivered(self) -> Delivered:
        is_complete = not self.failures and not self.is_over
        return Delivered(self.events, self.posts, self.failures, is_complete)


@dataclass(frozen=True)
class _Failure:
    """Why events were not taken.

    Attributes:
        is_of_all: it would be the same for other organisations' events.
        is_gone: the subscriber wants no more (410).
    """

    reason: str
    is_of_all: bool = False
    is_gone: bool = False

    @classmethod
    def of(cls, status: int) -> _Failure | None:
        """None: taken."""
        if 200 <= status < 300:
            return None
        if status == HTTPStatus.GONE:
            return cls("HTTP 410: it wants no more events", is_of_all=True, is_gone=True)
        return cls(f"HTTP {status}", is_of_all=status >= 500 or 300 <= status < 400)

    def wait(self, progress: Progress) -> timedelta:
        if self.is_gone:
            return _WAIT_WHEN_GONE
        doublings = min(progress.attempts, 6)
        return min(timedelta(minutes=2**doublings), _LONGEST_WAIT)


def _deadline(seconds: float | None) -> Callable[[], bool]:
    """Whether so many seconds of real time have passed."""
    end = None if seconds is None else time.monotonic() + seconds
    return lambda: end is not None and time.monotonic() >= end
