"""Many deliveries, few commits: what arrives while one commit runs goes into the next one.

A durable commit waits for the disk. One for each delivery would allow some hundred a second; one
for all that are waiting allows thousands, and no delivery waits for more than two commits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from xero_pipeline.webhooks.delivery import Event
from xero_pipeline.webhooks.inbox import Inbox

MOST_WAITING = 20_000
"""Deliveries in memory; more than that cannot be on the disk before Xero gives up on them."""


class TooMuchWaiting(Exception):
    """The disk does not keep up."""


class GroupCommit:
    """Stores events for callers that wait until theirs are on the disk."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._waiting: list[tuple[Sequence[Event], asyncio.Future[None]]] = []
        self._committing: asyncio.Task[None] | None = None

    async def store(self, events: Sequence[Event]) -> None:
        """Return when the events are durable.

        Raises:
            HomeUnusable, TooMuchWaiting: they are not.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise TooMuchWaiting
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append((events, stored))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all())
        await stored

    async def _commit_all(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                await self._commit(group)
        finally:
            self._committing = None

    async def _commit(self, group: Sequence[tuple[Sequence[Event], asyncio.Future[None]]]) -> None:
        events = [event for some, _ in group for event in some]
        try:
            await asyncio.to_thread(self._inbox.store, events, datetime.now(UTC))
        except Exception as error:
            for _, stored in group:
                _settle(stored, error)
        else:
            for _, stored in group:
                _settle(stored)


def _settle(stored: asyncio.Future[None], error: Exception | None = None) -> None:
    if stored.done():  # its caller gave up waiting
        return
    if error is None:
        stored.set_result(None)
    else:
        stored.set_exception(error)
