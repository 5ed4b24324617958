"""Where the demo lives, and the environment that points the pipeline at the sandbox."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from xero_pipeline.connections import Connections
from xero_pipeline.sandbox.control_client import ControlClient
from xero_pipeline.settings import Settings

_STOP_SECONDS = 20


class SandboxFailed(OSError):
    """The sandbox did not start; its own words are the message."""


@dataclass(frozen=True)
class RunningDemo:
    """A sandbox that is up, and how to reach it.

    Attributes:
        environment: what `xero-pipeline` needs in its environment.
    """

    control: ControlClient
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Demo:
    """One demo's folder: `sandbox/` is Xero's side, `home/` is the pipeline's."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def sandbox(self) -> Path:
        return self.folder / "sandbox"

    @property
    def sandbox_log(self) -> Path:
        return self.folder / "sandbox.log"

    @property
    def published(self) -> Path:
        return self.home / "current" / "warehouse.duckdb"

    @property
    def has_run(self) -> bool:
        return self.published.exists()

    @contextmanager
    def running(self, *, extra_days: int = 0) -> Iterator[RunningDemo]:
        """Serve the sandbox on a free port until the block is left.

        Args:
            extra_days: days that pass at the organisations between the last stop and this start.

        Raises:
            SandboxFailed: it did not start.
        """
        callback = f"http://localhost:{_free_port()}/callback"
        command = [sys.executable, "-m", "xero_pipeline.sandbox", "serve", "--port", "0"]
        command += ["--state", str(self.sandbox), "--extra-days", str(extra_days)]
        command += ["--redirect-uri", callback, "--auto-consent"]
        self.folder.mkdir(parents=True, exist_ok=True)
        with (
            # A file, not a pipe: a pipe that nobody reads stops the sandbox when it is full.
            self.sandbox_log.open("w") as log,
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,
        ):
            try:
                details = self._announcement(process)
                yield RunningDemo(
                    ControlClient(details["url"]), self._environment(details, callback)
                )
            finally:
                process.terminate()
                process.wait(_STOP_SECONDS)

    def _announcement(self, process: subprocess.Popen[str]) -> dict[str, str]:
        """The sandbox's second line: its address and app as JSON."""
        lines = list(islice(process.stdout or (), 2))
        if len(lines) < 2:
            process.wait(_STOP_SECONDS)
            reason = self.sandbox_log.read_text().strip()
            raise SandboxFailed(f"The sandbox did not start: {reason}")
        return dict(json.loads(lines[1]))

    def _environment(self, details: Mapping[str, str], callback: str) -> dict[str, str]:
        return {
            "XERO_LOGIN_URL": details["url"],
            "XERO_IDENTITY_URL": details["url"],
            "XERO_API_URL": details["url"],
            "XERO_CLIENT_ID": details["client_id"],
            "XERO_CLIENT_SECRET": details["client_secret"],
            "XERO_REDIRECT_URI": callback,
            "XERO_PIPELINE_HOME": str(self.home),
            "DAGSTER_HOME": str(self.home / "dagster"),
        }


@contextmanager
def environment_to_show(settings: Settings, demo: Demo) -> Iterator[tuple[Mapping[str, str], str]]:
    """The environment of the user's own home; the demo's while nothing is connected there.

    Yields:
        The environment for `dagster`, and a sentence that says whose books it shows.
    """
    with Connections.open(settings) as connections:
        has_own = bool(connections.connections())
    if has_own or not demo.has_run:
        own = {
            "XERO_PIPELINE_HOME": str(settings.home),
            "DAGSTER_HOME": str(settings.home / "dagster"),
        }
        yield own, f"Showing {settings.home}."
        return
    with demo.running() as running:
        yield running.environment, f"Nothing is connected in {settings.home}; showing the demo."


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
