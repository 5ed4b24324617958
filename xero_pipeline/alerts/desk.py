"""One look: what is wrong, what is new about it, and telling people."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from xero_pipeline.alerts.book import AlertBook, Message
from xero_pipeline.alerts.channels import Channels
from xero_pipeline.alerts.conditions import Condition, Kind
from xero_pipeline.xero.limits import Clock

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Told:
    """What one look came to.

    Attributes:
        told: messages that every channel took.
        failed: messages that are tried again later.
    """

    told: tuple[Message, ...]
    failed: tuple[Message, ...]


class AlertDesk:
    """Notes what is wrong and tells it.

    A message is marked as told after the channels took it. A crash between the two tells it again:
    better twice than never.

    Args:
        channels: without any, messages go to the log only and count as told.
    """

    def __init__(self, book: AlertBook, channels: Channels, clock: Clock) -> None:
        self._book = book
        self._channels = channels
        self._clock = clock

    def look(self, present: Sequence[Condition], kinds: Sequence[Kind] = tuple(Kind)) -> Told:
        """Note everything that is wrong now, and tell what has not been told.

        Args:
            kinds: what was looked at; alerts of other kinds stay as they are.
        """
        self._book.note(present, self._clock.now(), kinds)
        told: list[Message] = []
        failed: list[Message] = []
        for message in self._book.untold(self._clock.now()):
            (told if self._tell(message) else failed).append(message)
        return Told(tuple(told), tuple(failed))

    def _tell(self, message: Message) -> bool:
        logger.warning("%s: %s", message.occasion, message.condition.sentence)
        if self._channels and not self._channels.tell(message):
            self._book.failed(message, self._clock.now())
            logger.error(
                "The alert about %s could not be sent to every channel; it is tried again",
                message.condition.subject,
            )
            return False
        self._book.told(message, self._clock.now())
        return True
