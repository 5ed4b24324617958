"""What was told to people, in the state database: an alert opens once, is repeated, and closes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from xero_pipeline.alerts.conditions import Condition, Kind
from xero_pipeline.connections.database import Database
from xero_pipeline.connections.tables import alert_messages, alerts
from xero_pipeline.settings import Settings

REMINDERS = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""When an open alert is repeated, counted from the last time; the last one again and again."""


_LONGEST_WAIT = timedelta(hours=1)


class Occasion(StrEnum):
    """Why a message goes out."""

    OPENED = "opened"
    REMINDER = "reminder"
    CLEARED = "cleared"


@dataclass(frozen=True)
class Alert:
    """One thing that is, or was, wrong.

    Attributes:
        opened_at: UTC.
        last_message_at: when it was last told or repeated, UTC.
        reminders: how often it was repeated.
    """

    alert_id: int
    condition: Condition
    opened_at: datetime
    last_message_at: datetime
    reminders: int

    def is_due(self, now: datetime) -> bool:
        """Whether it has to be repeated."""
        wait = REMINDERS[min(self.reminders, len(REMINDERS) - 1)]
        return now - self.last_message_at >= wait


@dataclass(frozen=True)
class Message:
    """What is to be told on one occasion, until it has been told.

    Attributes:
        attempts: deliveries that failed so far.
    """

    message_id: int
    occasion: Occasion
    condition: Condition
    created_at: datetime
    attempts: int


class AlertBook:
    """Alerts and the messages about them. Processes may use it at once.

    A message is written in the same transaction as the change that it is about, so that neither
    can be lost without the other, and is marked when a channel took it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, settings: Settings) -> AlertBook:
        """Raises HomeUnusable."""
        return cls(Database.open(settings))

    def close(self) -> None:
        self._database.close()

    def note(
        self, present: Sequence[Condition], now: datetime, kinds: Sequence[Kind] = tuple(Kind)
    ) -> None:
        """Compare what is wrong now with what is open: open, repeat, close.

        Args:
            present: everything that is wrong, of these kinds.
            now: UTC.
            kinds: what was looked at; alerts of other kinds stay as they are.
        """
        found = {each.key: each for each in present}
        with self._database.writing() as database:
            known = {alert.condition.key: alert for alert in _open(database)}
            for key, condition in found.items():
                if key not in known:
                    _open_one(database, condition, now)
                elif known[key].is_due(now):
                    _remind(database, known[key], condition, now)
            for key, alert in known.items():
                if key not in found and alert.condition.kind in kinds:
                    _clear(database, alert, now)

    def open_alerts(self) -> list[Alert]:
        """The oldest first."""
        with self._database.reading() as database:
            return _open(database)

    def untold(self, now: datetime) -> list[Message]:
        """Messages that are not told and to be tried now, the oldest first."""
        query = (
            sa.select(alert_messages, alerts)
            .join(alerts)
            .where(alert_messages.c.told_at.is_(None))
            .where(alert_messages.c.try_at <= now)
            .order_by(alert_messages.c.message_id)
        )
        with self._database.reading() as database:
            return [_message(row) for row in database.execute(query)]

    def told(self, message: Message, at: datetime) -> None:
        self._update(message, {"told_at": at})

    def failed(self, message: Message, now: datetime) -> None:
        """A delivery failed; it is tried again after a minute, two, four ... an hour at most."""
        wait = min(timedelta(minutes=2**message.attempts), _LONGEST_WAIT)
        self._update(message, {"attempts": message.attempts + 1, "try_at": now + wait})

    def _update(self, message: Message, values: dict[str, Any]) -> None:
        with self._database.writing() as database:
            database.execute(
                sa.update(alert_messages)
                .where(alert_messages.c.message_id == message.message_id)
                .values(**values)
            )


def _open(database: sa.Connection) -> list[Alert]:
    query = sa.select(alerts).where(alerts.c.cleared_at.is_(None)).order_by(alerts.c.alert_id)
    return [_alert(row) for row in database.execute(query)]


def _open_one(database: sa.Connection, condition: Condition, now: datetime) -> None:
    opened = database.execute(
        sa.insert(alerts).values(
            kind=condition.kind,
            subject=condition.subject,
            title=condition.title,
            sentence=condition.sentence,
            fix=condition.fix,
            opened_at=now,
            last_message_at=now,
            reminders=0,
        )
    )
    (alert_id,) = opened.inserted_primary_key or (None,)
    _write(database, alert_id, Occasion.OPENED, now)


def _remind(database: sa.Connection, alert: Alert, condition: Condition, now: datetime) -> None:
    """In the words of today: a reason may have changed since."""
    database.execute(
        sa.update(alerts)
        .where(alerts.c.alert_id == alert.alert_id)
        .values(
            title=condition.title,
            sentence=condition.sentence,
            fix=condition.fix,
            last_message_at=now,
            reminders=alert.reminders + 1,
        )
    )
    _write(database, alert.alert_id, Occasion.REMINDER, now)


def _clear(database: sa.Connection, alert: Alert, now: datetime) -> None:
    database.execute(
        sa.update(alerts).where(alerts.c.alert_id == alert.alert_id).values(cleared_at=now)
    )
    # What was never told needs no all-clear either.
    untold = sa.and_(
        alert_messages.c.alert_id == alert.alert_id, alert_messages.c.told_at.is_(None)
    )
    told = database.scalar(
        sa.select(sa.func.count())
        .select_from(alert_messages)
        .where(alert_messages.c.alert_id == alert.alert_id)
        .where(alert_messages.c.told_at.is_not(None))
    )
    database.execute(sa.delete(alert_messages).where(untold))
    if told:
        _write(database, alert.alert_id, Occasion.CLEARED, now)


def _write(
    database: sa.Connection, alert_id: int | None, occasion: Occasion, now: datetime
) -> None:
    database.execute(
        sa.insert(alert_messages).values(
            alert_id=alert_id, occasion=occasion, created_at=now, try_at=now, attempts=0
        )
    )


def _condition(row: Any) -> Condition:  # noqa: ANN401
    return Condition(Kind(row.kind), row.subject, row.title, row.sentence, row.fix)


def _alert(row: Any) -> Alert:  # noqa: ANN401
    return Alert(row.alert_id, _condition(row), row.opened_at, row.last_message_at, row.reminders)


def _message(row: Any) -> Message:  # noqa: ANN401
    return Message(
        row.message_id, Occasion(row.occasion), _condition(row), row.created_at, row.attempts
    )
