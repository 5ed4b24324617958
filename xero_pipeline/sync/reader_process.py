"""A process that reads organisations for another one, until that one is gone (`sync.reading`)."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import cast

from xero_pipeline.connections import Connections
from xero_pipeline.settings import Settings
from xero_pipeline.sync.reading import HOST, Desk, Order, reader_here
from xero_pipeline.warehouse import Landing
from xero_pipeline.xero.limits import APP_CALLS_A_MINUTE


def main() -> None:
    """Tell the port on standard output, then serve."""
    order = Order(**json.loads(sys.stdin.readline()))
    # Whoever presses Ctrl-C means the process that gave the order: it decides what ends and how.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_input, daemon=True).start()
    settings = Settings()
    share = APP_CALLS_A_MINUTE // order.processes
    with (
        Connections.open(settings, app_calls_a_minute=share) as connections,
        reader_here(connections, Landing(settings.landing), order.organisations_at_once) as reader,
    ):
        Desk.register("reader", callable=lambda: reader, exposed=("read",))
        server = Desk((HOST, 0), authkey=bytes.fromhex(order.key)).get_server()
        _, port = cast(tuple[str, int], server.address)
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        server.serve_forever()


def _end_with_input() -> None:
    """At once, whatever is under way: nobody is left who would load it, and another process may
    read the same organisation next."""
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
