"""Where alerts go: e-mail, Slack, Teams and the rest, by URL."""

from __future__ import annotations

from collections.abc import Sequence

import apprise
from pydantic import SecretStr

from xero_pipeline.alerts.book import Message, Occasion
from xero_pipeline.alerts.errors import AlertUrlUnusable

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
        return bool(
            self._apprise.notify(
                title=_BEFORE_TITLE[message.occasion] + condition.title,
                body=_body(message),
                notify_type=_TYPE[message.occasion],
            )
        )


def _body(message: Message) -> str:
    condition = message.condition
    if message.occasion is Occasion.CLEARED:
        return f"This is over: {condition.sentence}"
    return f"{condition.sentence}\n\nWhat to do: {condition.fix}"
