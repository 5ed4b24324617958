"""What a person sees while a connection lives, dies, and comes back: a recording.

    python -m xero_pipeline_tests.benchmarks.story > docs/connection-story.md

Dagster's own daemon runs with its sensors as they are, against the sandbox, and alerts go to an
HTTP channel. Nobody looks at anything until the alert arrives. Takes some minutes, since the
daemon looks at its sensors once or twice a minute.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import requests
from pydantic import SecretStr

from xero_pipeline.automation.instance import ensure_dagster_home
from xero_pipeline.connections import Connection, Connections
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline.settings import Settings
from xero_pipeline.webhooks.receiver import PATH
from xero_pipeline.webhooks.signature import HEADER, signature
from xero_pipeline_tests.alerts.chat import Chat, open_chat
from xero_pipeline_tests.connected import browser, environment
from xero_pipeline_tests.sandbox.books import harbour
from xero_pipeline_tests.studio import AGENCY, free_port, small_sandbox
from xero_pipeline_tests.webhooks.conftest import delivery, event

_BIN = Path(sys.executable).parent
_PATIENCE = 420.0
_KEY = SecretStr("pretend-signing-key")
_INVOICES = "select count(*) from staging.invoices"


@dataclass
class Story:
    """A home with everything that runs beside it, and what is printed of it."""

    sandbox: RunningSandbox
    settings: Settings
    chat: Chat
    environment: dict[str, str]
    receiver: str
    began: float = field(default_factory=time.monotonic)
    told: int = 0

    def say(self, sentence: str) -> None:
        """A line of the timeline."""
        minutes, seconds = divmod(int(time.monotonic() - self.began), 60)
        print(f"\n**{minutes:02}:{seconds:02}** {sentence}", flush=True)

    def types(self, *words: str) -> None:
        """A command as a person types it, and what it prints. Signs in when it is asked to."""
        quoted = " ".join(f'"{word}"' if " " in word else word for word in words)
        self.say("A person types:")
        print(f"\n```\n$ xero-pipeline {quoted}", flush=True)
        command = [str(_BIN / "xero-pipeline"), *words]
        with subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("http"):
                    print("https://login.xero.com/identity/connect/authorize?...")
                    browser(line.strip())
                else:
                    print(line.rstrip())
        print("```", flush=True)

    def waits_for(self, happened: Callable[[], bool], what: str) -> None:
        """Until it has happened by itself."""
        deadline = time.monotonic() + _PATIENCE
        while not happened():
            if time.monotonic() > deadline:
                raise TimeoutError(f"Waited {_PATIENCE:.0f} seconds in vain: {what}")
            time.sleep(1)
        self.say(what)

    def hears_an_alert(self) -> None:
        """The next message that the channel gets."""
        self.waits_for(lambda: len(self.chat.heard) > self.told, "The HTTP channel gets a message:")
        title, text = self.chat.heard[self.told]
        self.told += 1
        print("\n> " + f"**{title}**\n\n{text}".replace("\n", "\n> "), flush=True)

    def raises_invoice(self, number: str, amount: int) -> None:
        """In Xero, which says so to the receiver."""
        raised = replace(harbour.invoice(number, amount), at=self.sandbox.control.now())
        self.sandbox.control.apply("agency", [raised])
        body = delivery(event(self.connection().organisation_id, resourceId=number))
        signed = {HEADER: signature(_KEY, body)}
        answer = requests.post(self.receiver, body, headers=signed, timeout=10)
        self.say(
            f"In Xero, somebody raises invoice {number} over {amount} NZD. Xero's webhook is "
            f"answered with {answer.status_code}."
        )

    def connection(self) -> Connection:
        with Connections.open(self.settings) as connections:
            return connections.find(AGENCY)

    def invoices(self) -> int:
        """In what is published."""
        path = self.settings.published_database
        if not path.exists():
            return 0
        with duckdb.connect(str(path), read_only=True) as warehouse:
            row = warehouse.execute(_INVOICES).fetchone()
        return int(row[0]) if row else 0


def tell(story: Story) -> None:
    """From connecting to fresh data after a reconnection."""
    print("# A connection lives, dies, and comes back\n")
    print(
        "Recorded by `python -m xero_pipeline_tests.benchmarks.story` with Dagster's own daemon "
        "running, its sensors at their usual intervals, against the sandbox. Minutes and seconds "
        "count from the start. Nothing is left out but Xero's sign-in page."
    )
    connect = ("connect", "--workspace", "studio", "--purpose", "agency", "--yes", "--no-browser")
    story.types(*connect)
    story.waits_for(
        lambda: story.invoices() == 3,
        "Nobody did anything: the sensor `incremental_refresh` had the organisation read, and the "
        "published warehouse holds its 3 invoices.",
    )
    story.raises_invoice("INV-4", 400)
    story.waits_for(
        lambda: story.invoices() == 4,
        "`webhook_refresh` had it read: the published warehouse holds 4 invoices.",
    )
    story.raises_invoice("INV-5", 500)
    story.sandbox.control.disconnect("agency")
    story.say("In Xero, under Connected apps, somebody disconnects the app.")
    story.hears_an_alert()
    story.types("connections", "list")
    story.types("alerts")
    story.types("connections", "reconnect", AGENCY, "--no-browser")
    story.hears_an_alert()
    story.raises_invoice("INV-6", 600)
    story.waits_for(
        lambda: story.invoices() == 6,
        "The published warehouse holds 6 invoices: what was raised while the connection was dead, "
        "too.",
    )
    story.types("alerts")


@contextmanager
def begun() -> Iterator[Story]:
    """The sandbox, a channel, a home, the receiver and the daemon, until the block ends."""
    with ExitStack() as running:
        home = Path(running.enter_context(tempfile.TemporaryDirectory()))
        sandbox = running.enter_context(small_sandbox())
        sandbox.control.set_clock(datetime.now(UTC), frozen=False)
        sandbox.control.consent(["agency"])
        chat = running.enter_context(open_chat())
        names = environment(sandbox, home) | {
            "XERO_ALERT_URLS": chat.url,
            "XERO_WEBHOOK_KEY": _KEY.get_secret_value(),
            "COLUMNS": "110",
        }
        settings = Settings.model_validate(names)
        ensure_dagster_home(settings)
        port = free_port()
        everything = os.environ | names
        running.enter_context(
            _process("xero-pipeline", ["webhooks", "serve", "--port", str(port)], everything)
        )
        running.enter_context(
            _process(
                "dagster-daemon", ["run", "--module-name", "xero_pipeline.definitions"], everything
            )
        )
        yield Story(sandbox, settings, chat, everything, f"http://127.0.0.1:{port}{PATH}")


@contextmanager
def _process(program: str, words: Sequence[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        [str(_BIN / program), *words],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=sys.stderr,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    with begun() as story:
        tell(story)
