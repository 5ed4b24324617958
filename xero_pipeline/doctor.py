"""`xero-pipeline doctor`: what must hold before anything works, and what to do if it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import requests

from xero_pipeline.connections import Connections
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse import WarehouseError, read_published
from xero_pipeline.xero import XeroError
from xero_pipeline.xero.limits import SystemClock
from xero_pipeline.xero.oauth import XeroApp

_TIMEOUT_SECONDS = 10
_TOLERATED_SKEW = timedelta(minutes=2)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; the sentence says what to do when it is not fine."""

    subject: str
    is_fine: bool
    sentence: str


def diagnose(settings: Settings) -> list[Finding]:
    """Look at everything, in the order in which a failure would hide the next."""
    return [
        _app(settings),
        *_xero(settings),
        *_guarded("Home and connections", lambda: _connections(settings)),
        *_guarded("Published warehouse", lambda: _published(settings)),
    ]


def _app(settings: Settings) -> Finding:
    if not settings.client_id:
        return Finding(
            "Xero app",
            False,
            "XERO_CLIENT_ID is not set. Make an app at developer.xero.com/app/manage and put its "
            "client id into the environment or .env.",
        )
    flow = "with a secret" if settings.client_secret else "without a secret (PKCE)"
    return Finding("Xero app", True, f"client id {settings.client_id}, {flow}.")


def _xero(settings: Settings) -> Iterator[Finding]:
    url = str(settings.identity_url).rstrip("/") + "/.well-known/openid-configuration"
    try:
        answer = requests.get(url, timeout=_TIMEOUT_SECONDS)
    except requests.RequestException:
        yield Finding(
            "Network",
            False,
            f"{settings.identity_url} does not answer. Check the network, or XERO_IDENTITY_URL.",
        )
        return
    yield Finding("Network", True, f"{settings.identity_url} answers.")
    if "Date" in answer.headers:
        skew = abs(datetime.now(UTC) - parsedate_to_datetime(answer.headers["Date"]))
        is_fine = skew <= _TOLERATED_SKEW
        advice = "" if is_fine else " Set this machine's clock: tokens are judged by time."
        yield Finding("Clock", is_fine, f"{skew.total_seconds():.0f} s from Xero's.{advice}")
    if settings.client_id:
        yield _credentials(settings)


def _credentials(settings: Settings) -> Finding:
    try:
        XeroApp(settings, SystemClock()).check_credentials()
    except XeroError as failure:
        return Finding("Credentials", False, str(failure))
    return Finding("Credentials", True, "Xero accepts the app's client id and secret.")


def _connections(settings: Settings) -> Iterator[Finding]:
    with Connections.open(settings) as connections:
        known = connections.connections()
        plural = "" if len(known) == 1 else "s"
        sentence = f"{settings.home}, {len(known)} organisation{plural} connected."
        yield Finding("Home", True, sentence)
        for connection in known:
            try:
                connections.check(connection.organisation_id)
            except XeroError as failure:
                yield Finding(connection.organisation_name, False, str(failure))
            else:
                left = connections.calls_left(connection.organisation_id)
                yield Finding(
                    connection.organisation_name, True, f"Xero answers; {left} calls left today."
                )


def _published(settings: Settings) -> Iterator[Finding]:
    with read_published(settings.published_database) as connection:
        row = connection.execute("select max(loaded_at) from ops.syncs").fetchone()
    last = f"{row[0]:%Y-%m-%d %H:%M} UTC" if row and row[0] else "no sync"
    yield Finding("Published warehouse", True, f"{settings.published_database}, loaded {last}.")


def _guarded(subject: str, look: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """A room that cannot be entered is a finding, not the end of the diagnosis."""
    found: list[Finding] = []
    try:
        found.extend(look())
    except (XeroError, WarehouseError, OSError) as failure:
        found.append(Finding(subject, False, str(failure)))
    return found
