"""People on their way through Xero's consent page, each followed by a thread.

Connecting waits three times for a person: at Xero, for a choice among several organisations, and
for the confirmation. The thread is the same function that the command line runs; what it asks, a
page asks, and what a page is told, it hears.
"""

from __future__ import annotations

import queue
import secrets
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import requests

from xero_pipeline.connections import Connection, Connections, Purpose
from xero_pipeline.console.errors import ConsentDropped, NoSuchConsent
from xero_pipeline.xero import Organisation, XeroError
from xero_pipeline.xero.tokens import Tenant

Answer = TypeVar("Answer", Tenant, Organisation)

_DECISION_SECONDS = 600.0
_STEP_SECONDS = 30.0
_CONSENT_SECONDS = 600.0


class Stage(StrEnum):
    """Where somebody is."""

    AT_XERO = "at_xero"
    CHOOSING = "choosing"
    CONFIRMING = "confirming"
    WORKING = "working"
    CONNECTED = "connected"
    REFUSED = "refused"


@dataclass(frozen=True)
class Wish:
    """What somebody wants to connect.

    Attributes:
        reconnects: the key of the organisation to sign in anew for; None: a new one.
    """

    workspace: str
    purpose: Purpose
    write_back: bool = False
    reconnects: str | None = None


class Consent:
    """One person's way to one connection.

    Attributes:
        owner: the session that began it; nobody else sees it or decides.
        url: Xero's consent page, once it is known.
        offered: the organisations to choose from.
        found: the organisation to confirm.
        connection: what was saved.
        error: why nothing was.
    """

    def __init__(self, owner: str, wish: Wish) -> None:
        self.id = secrets.token_urlsafe(16)
        self.owner = owner
        self.wish = wish
        self.stage = Stage.WORKING
        self.url: str | None = None
        self.offered: tuple[Tenant, ...] = ()
        self.found: Organisation | None = None
        self.connection: Connection | None = None
        self.error: XeroError | None = None
        self._answers: queue.Queue[Tenant | Organisation | None] = queue.Queue()
        self._has_moved = threading.Condition()

    @property
    def is_over(self) -> bool:
        return self.stage in (Stage.CONNECTED, Stage.REFUSED)

    # --- what a page does -------------------------------------------------------------------------

    def choose(self, organisation_id: str) -> None:
        """Take one of the organisations offered; another id changes nothing."""
        chosen = [each for each in self.offered if each.tenant_id == organisation_id]
        if self.stage is Stage.CHOOSING and chosen:
            self._answer(chosen[0])

    def confirm(self) -> None:
        """Save what is shown."""
        if self.stage is Stage.CONFIRMING:
            self._answer(self.found)

    def drop(self) -> None:
        """Save nothing, whatever the thread is asking or about to ask."""
        self._answers.put(None)

    def wait(self, seconds: float = _STEP_SECONDS) -> None:
        """Until there is something to show, or the time is up."""
        with self._has_moved:
            self._has_moved.wait_for(lambda: self.stage is not Stage.WORKING, seconds)

    def wait_for_end(self, seconds: float = _STEP_SECONDS) -> None:
        with self._has_moved:
            self._has_moved.wait_for(lambda: self.is_over, seconds)

    # --- what the thread does ---------------------------------------------------------------------

    def open_browser(self, url: str) -> None:
        self.url = url
        self._move(Stage.AT_XERO)

    def ask_which(self, offered: Sequence[Tenant]) -> Tenant:
        self.offered = tuple(offered)
        self._move(Stage.CHOOSING)
        return self._heard(Tenant)

    def ask_whether(self, found: Organisation) -> bool:
        self.found = found
        if self.wish.reconnects:  # no other organisation would have come so far
            return True
        self._move(Stage.CONFIRMING)
        return self._heard(Organisation) == found

    def succeed(self, connection: Connection) -> None:
        self.connection = connection
        self._move(Stage.CONNECTED)

    def fail(self, error: XeroError) -> None:
        self.error = error
        self._move(Stage.REFUSED)

    def _answer(self, answer: Tenant | Organisation | None) -> None:
        self._move(Stage.WORKING)
        self._answers.put(answer)

    def _heard(self, kind: type[Answer]) -> Answer:
        """Raises ConsentDropped: no answer came, or nothing is to be saved."""
        try:
            answer = self._answers.get(timeout=_DECISION_SECONDS)
        except queue.Empty:
            answer = None
        if not isinstance(answer, kind):
            raise ConsentDropped
        return answer

    def _move(self, stage: Stage) -> None:
        with self._has_moved:
            self.stage = stage
            self._has_moved.notify_all()


class Consents:
    """Those under way: one at a time, since Xero answers to one address.

    Args:
        redirect_uri: where Xero sends the browser.
    """

    def __init__(self, connections: Connections, redirect_uri: str) -> None:
        self._connections = connections
        self._redirect_uri = redirect_uri
        self._lock = threading.Lock()
        self._current: tuple[Consent, threading.Thread] | None = None

    def begin(self, owner: str, wish: Wish, return_to: Callable[[Consent], str]) -> Consent:
        """Start towards Xero; whoever was on the way before is dropped.

        Args:
            owner: the id of the session that asks.
            return_to: the page to come back to from Xero.

        Returns:
            The consent, at Xero's page or refused.
        """
        consent = Consent(owner, wish)
        with self._lock:
            self._end_current()
            thread = threading.Thread(
                target=self._follow, args=(consent, return_to(consent)), daemon=True
            )
            thread.start()
            self._current = consent, thread
        consent.wait()
        return consent

    def find(self, id: str, owner: str) -> Consent:
        """Raises NoSuchConsent: there is none, or it is another session's."""
        current = self._current
        if current is None or current[0].id != id or current[0].owner != owner:
            raise NoSuchConsent
        return current[0]

    def drop(self, consent: Consent) -> None:
        """Save nothing, wherever it is; returns when it has come to its end."""
        consent.drop()
        if consent.stage is Stage.AT_XERO and consent.url:
            self._answer_no(consent.url)
        consent.wait_for_end()

    def close(self) -> None:
        with self._lock:
            self._end_current()

    def _end_current(self) -> None:
        if self._current is None:
            return
        consent, thread = self._current
        if not consent.is_over:
            self.drop(consent)
        thread.join(_STEP_SECONDS)

    def _answer_no(self, consent_page: str) -> None:
        """As Xero would, if the person had pressed Cancel: nothing waits for an answer any more."""
        state = parse_qs(urlsplit(consent_page).query).get("state", [""])[0]
        query = {"error": "access_denied", "state": state}
        with suppress(requests.ConnectionError):  # it has just been answered
            requests.get(self._redirect_uri, query, timeout=_STEP_SECONDS, allow_redirects=False)

    def _follow(self, consent: Consent, return_to: str) -> None:
        try:
            consent.succeed(self._connected(consent, return_to))
        except XeroError as error:
            consent.fail(error)

    def _connected(self, consent: Consent, return_to: str) -> Connection:
        wish = consent.wish
        if wish.reconnects:
            return self._connections.reconnect(
                wish.reconnects,
                open_browser=consent.open_browser,
                confirm=consent.ask_whether,
                seconds=_CONSENT_SECONDS,
                return_to=return_to,
            )
        return self._connections.connect(
            wish.workspace,
            wish.purpose,
            open_browser=consent.open_browser,
            choose=consent.ask_which,
            confirm=consent.ask_whether,
            seconds=_CONSENT_SECONDS,
            write_back=wish.write_back,
            return_to=return_to,
        )
