"""Where alerts go: e-mail, Slack, Teams and the rest, by URL."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import apprise
from pydantic import SecretStr

from xero_pipeline.alerts.book import Message, Occasion
from xero_pipeline.alerts.errors import AlertUrlUnusable

# At DEBUG these write the addresses of channels into the log, and some hold tokens in their path.
logging.getLogger("apprise").addFilter(lambda record: record.levelno > logging.DEBUG)
_TRANSPORT = logging.getLogger("urllib3.connectionpool")

_BEFORE_TITLE = {
    Occasion.OPENED: "",
    Occasion.REMINDER: "Still so: ",
    Occasion.CLEARED: "Solved: ",
}
_TYPE = {
    Occasion.OPENED: apprise.NotifyType.WARNING,
    Occasion.REMINDER: apprise.NotifyType.WARNING,
    Occasion.CLEARED: apprise.NotifyType.SUCCESS,
}


@dataclass(frozen=True)
class Trial:
    """What became of a test message.

    Attributes:
        place: of the channel's URL, counted from 1.
        service: its kind ("Slack"); the URL itself holds passwords.
        works: it took the message.
    """

    place: int
    service: str
    works: bool


class Channels:
    """All channels together; one that fails does not keep the others from being told.

    Args:
        urls: in the form of the library `apprise`, e.g. `mailto://user:password@host`.

    Raises:
        AlertUrlUnusable: one of them is no such URL; it is named by its place, not by its content,
            which holds a password.
    """

    def __init__(self, urls: Sequence[SecretStr]) -> None:
        self._apprise = apprise.Apprise()
        for place, url in enumerate(urls, start=1):
            if not self._apprise.add(url.get_secret_value()):
                raise AlertUrlUnusable(place)

    def __bool__(self) -> bool:
        return len(self._apprise) > 0

    def tell(self, message: Message) -> bool:
        """Whether every channel took it."""
        condition = message.condition
        with _discreetly():
            return bool(
                self._apprise.notify(
                    title=_BEFORE_TITLE[message.occasion] + condition.title,
                    body=_body(message),
                    notify_type=_TYPE[message.occasion],
                )
            )

    def test(self) -> list[Trial]:
        """A test message to each of them."""
        return [
            Trial(place, str(service.service_name), _takes_test(service))
            for place, service in enumerate(self._apprise, start=1)
        ]


def _takes_test(service: apprise.NotifyBase) -> bool:
    with _discreetly():
        return bool(
            service.notify(
                title="A test from xero-pipeline",
                body="Alerts about Xero connections arrive here. There is nothing to do.",
                notify_type=apprise.NotifyType.INFO,
            )
        )


@contextmanager
def _discreetly() -> Iterator[None]:
    """Without the transport's debug messages, which are wanted at all other times."""
    _TRANSPORT.addFilter(_is_above_debug)
    try:
        yield
    finally:
        _TRANSPORT.removeFilter(_is_above_debug)


def _is_above_debug(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG


def _body(message: Message) -> str:
    condition = message.condition
    if message.occasion is Occasion.CLEARED:
        return f"This is over: {condition.sentence}"
    return f"{condition.sentence}\n\nWhat to do: {condition.fix}"
