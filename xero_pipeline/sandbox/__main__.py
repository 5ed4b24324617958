"""`python -m xero_pipeline.sandbox serve` and `... reset`."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from xero_pipeline.sandbox.cast import cast_with_studio, demo_cast
from xero_pipeline.sandbox.identity.apps import Tier
from xero_pipeline.sandbox.series import Series
from xero_pipeline.sandbox.serve import RunningSandbox, SandboxSettings, start

_DEFAULTS = SandboxSettings()


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns the exit status."""
    options = _parser().parse_args(arguments)
    if options.command == "reset":
        reset(options.state)
        return 0
    try:
        sandbox = start(_settings(options), cast_with_studio if options.studio else demo_cast)
    except (OSError, ValueError, LookupError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    announce(sandbox)
    signal.signal(signal.SIGTERM, lambda *_: sandbox.ask_to_stop())
    signal.signal(signal.SIGINT, lambda *_: sandbox.ask_to_stop())
    sandbox.wait()
    sandbox.stop()
    return 0


def announce(sandbox: RunningSandbox) -> None:
    """Prints the address, and the apps as one line of JSON."""
    keyless = next(app for app in sandbox.apps if app.client_secret is None)
    details = {
        "url": sandbox.url,
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "pkce_client_id": keyless.client_id,
        "redirect_uris": list(sandbox.apps[0].redirect_uris),
    }
    print(f"Xero sandbox: {sandbox.url}", json.dumps(details), sep="\n", flush=True)  # noqa: T201


def reset(state: Path) -> None:
    """Empties a state folder."""
    for item in state.glob("*"):
        shutil.rmtree(item) if item.is_dir() else item.unlink()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m xero_pipeline.sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="answer as Xero on localhost until stopped")
    serve.add_argument("--port", type=int, default=0, help="0: a free one")
    serve.add_argument("--state", type=Path, help="folder that a restart continues from")
    serve.add_argument("--seed", type=int, help="of the organisations' life (7)")
    serve.add_argument("--start", type=dt.date.fromisoformat, help="first day, YYYY-MM-DD")
    serve.add_argument("--until", type=_instant, help="the clock stands still at this instant")
    serve.add_argument(
        "--auto-consent",
        nargs="*",
        metavar="ORGANISATION",
        help="connect these without asking (agency)",
    )
    serve.add_argument("--no-limits", action="store_true", help="no rate limits")
    serve.add_argument("--tier", choices=get_args(Tier), default=_DEFAULTS.tier)
    serve.add_argument("--connections", type=int, help="that an app may have, on any tier")
    serve.add_argument(
        "--series",
        type=_series,
        action="append",
        metavar="KEY:ORGANISATIONS:INVOICES",
        help="many organisations that are alike, such as office:1000:20",
    )
    serve.add_argument(
        "--studio", action="store_true", help="a third organisation that bills everything by hand"
    )
    serve.add_argument("--extra-days", type=int, default=0, help="pass since the last stop")
    serve.add_argument("--redirect-uri", action="append", help="of the apps; may be repeated")
    emptying = commands.add_parser("reset", help="empty the state folder")
    emptying.add_argument("--state", type=Path, required=True)
    return parser


def _settings(options: argparse.Namespace) -> SandboxSettings:
    consent = options.auto_consent
    return SandboxSettings(
        port=options.port,
        state=options.state,
        seed=options.seed,
        start=options.start,
        until=options.until,
        extra_days=options.extra_days,
        auto_consent=() if consent is None else tuple(consent) or ("agency",),
        limits=not options.no_limits,
        tier=options.tier,
        connections=options.connections,
        series=tuple(options.series or ()),
        redirect_uris=tuple(options.redirect_uri or _DEFAULTS.redirect_uris),
    )


def _series(text: str) -> Series:
    key, organisations, invoices = text.split(":")
    return Series(key, int(organisations), int(invoices))


def _instant(text: str) -> dt.datetime:
    instant = dt.datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)


if __name__ == "__main__":
    sys.exit(main())
