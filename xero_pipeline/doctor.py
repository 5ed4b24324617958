"""`xero-pipeline doctor`: what must hold before anything works, and what to do if it does not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import requests

from xero_pipeline.alerts import Channels
from xero_pipeline.connections import Connection, Connections, Status
from xero_pipeline.connections.vault import Vault
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse import WarehouseError, read_published
from xero_pipeline.xero import XeroError
from xero_pipeline.xero.limits import SystemClock
from xero_pipeline.xero.oauth import XeroApp

_TIMEOUT_SECONDS = 10
_TOLERATED_SKEW = timedelta(minutes=2)
_LEAST_FREE_BYTES = 1_000_000_000
# A new snapshot is written while earlier ones are still there.
_COPIES_OF_THE_WAREHOUSE = 2


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
        *_guarded("Key", lambda: _key(settings)),
        *_network(settings),
        *_extras(settings),
        *_guarded("Disk", lambda: _disk(settings)),
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
    return Finding(
        "Xero app",
        True,
        f"client id {settings.client_id}, {flow}, tier {settings.tier}, "
        f"{settings.scope_style} scopes.",
    )


def _key(settings: Settings) -> Iterator[Finding]:
    vault = Vault.open(settings)
    vault.encrypt(b"")
    yield Finding("Key", True, f"Tokens are encrypted with the one from {vault.where}.")


# --- Xero -----------------------------------------------------------------------------------------


def _network(settings: Settings) -> Iterator[Finding]:
    identity = str(settings.identity_url).rstrip("/") + "/.well-known/openid-configuration"
    answers = {
        "XERO_IDENTITY_URL": _answer(identity),
        "XERO_LOGIN_URL": _answer(str(settings.login_url)),
        "XERO_API_URL": _answer(str(settings.api_url)),
    }
    silent = [name for name, answer in answers.items() if answer is None]
    if silent:
        yield Finding(
            "Network",
            False,
            f"No answer from the address in {' and '.join(silent)}. Check the network and a proxy, "
            "or the setting.",
        )
    else:
        yield Finding("Network", True, "Xero's login, identity and API addresses answer.")
    if (told := answers["XERO_IDENTITY_URL"]) is not None:
        yield from _clock(told)
        if settings.client_id:
            yield _credentials(settings)


def _answer(url: str) -> requests.Response | None:
    """Whatever it says: that it says something is what counts."""
    try:
        return requests.get(url, timeout=_TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException:
        return None


def _clock(answer: requests.Response) -> Iterator[Finding]:
    if "Date" in answer.headers:
        skew = abs(datetime.now(UTC) - parsedate_to_datetime(answer.headers["Date"]))
        is_fine = skew <= _TOLERATED_SKEW
        advice = "" if is_fine else " Set this machine's clock: tokens are judged by time."
        yield Finding("Clock", is_fine, f"{skew.total_seconds():.0f} s from Xero's.{advice}")


def _credentials(settings: Settings) -> Finding:
    try:
        XeroApp(settings, SystemClock()).check_credentials()
    except XeroError as failure:
        return Finding("Credentials", False, str(failure))
    return Finding("Credentials", True, "Xero accepts the app's client id and secret.")


# --- what is set besides --------------------------------------------------------------------------


def _extras(settings: Settings) -> Iterator[Finding]:
    if settings.webhook_key:
        yield Finding(
            "Webhooks", True, "A signing key is set; `xero-pipeline webhooks serve` receives them."
        )
    if settings.alert_urls:
        yield from _guarded("Alerts", lambda: _alerts(settings))


def _alerts(settings: Settings) -> Iterator[Finding]:
    Channels(settings.alert_urls)
    count = len(settings.alert_urls)
    yield Finding("Alerts", True, f"{count} address{'' if count == 1 else 'es'} understood.")


def _disk(settings: Settings) -> Iterator[Finding]:
    build = settings.build_database
    size = build.stat().st_size if build.exists() else 0
    needed = max(_LEAST_FREE_BYTES, _COPIES_OF_THE_WAREHOUSE * size)
    free = shutil.disk_usage(_existing(settings.home)).free
    advice = "" if free >= needed else f" A run may need {_gigabytes(needed)}: free some space."
    yield Finding("Disk", free >= needed, f"{_gigabytes(free)} free at {settings.home}.{advice}")


def _existing(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.exists())


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"


# --- connections and figures ----------------------------------------------------------------------


def _connections(settings: Settings) -> Iterator[Finding]:
    with Connections.open(settings) as connections:
        known = connections.connections()
        plural = "" if len(known) == 1 else "s"
        sentence = f"{settings.home}, {len(known)} organisation{plural} connected."
        yield Finding("Home", True, sentence)
        for connection in known:
            yield _connection(connections, connection)


def _connection(connections: Connections, known: Connection) -> Finding:
    name = known.organisation_name
    try:
        now = connections.check(known.organisation_id)
    except XeroError as failure:
        return Finding(name, False, str(failure))
    if now.status is not Status.HEALTHY:
        return Finding(name, False, f"{now.status_reason} {now.next_step}")
    left = connections.calls_left(known.organisation_id)
    return Finding(name, True, f"Xero answers; {left} calls left today.")


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
