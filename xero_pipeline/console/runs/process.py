"""Work in processes of our own: `xero-pipeline sync`, whose last line says what it is at."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from xero_pipeline.console.runs import Progress, Work

_STOP_SECONDS = 20
_COMMANDS = {Work.SYNC: ("sync",), Work.SEND: ("tasks", "send")}
_PLAIN = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "500"}


@dataclass(frozen=True)
class _Running:
    process: subprocess.Popen[bytes]
    said: Path
    complained: Path


class OwnProcesses:
    """Starts them, and reads along.

    Args:
        environment: which points them at the home and at Xero.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {**environment, **_PLAIN}
        self._folder = TemporaryDirectory(prefix="xero-console-")
        self._running: dict[str, _Running] = {}

    def is_running(self) -> bool:
        """Always: nothing has to be there beforehand."""
        return True

    def launch(self, organisation_key: str, work: Work = Work.SYNC) -> str:
        id = secrets.token_hex(8)
        said, complained = (Path(self._folder.name) / f"{id}.{end}" for end in ("out", "err"))
        program = str(Path(sys.executable).with_name("xero-pipeline"))
        with said.open("wb") as out, complained.open("wb") as err:
            process = subprocess.Popen(  # noqa: S603  # our own program; the key is one word of it
                [program, *_COMMANDS[work], "--organisation", organisation_key],
                env=self._environment,
                stdout=out,
                stderr=err,
            )
        self._running[id] = _Running(process, said, complained)
        return id

    def progress(self, id: str) -> Progress:
        running = self._running[id]
        code = running.process.poll()
        if code is None:
            return Progress(_last_line(running.said) or "Starting.")
        if code == 0:
            return Progress("Done.", is_over=True)
        problem = running.complained.read_text(errors="replace").strip()
        return Progress(
            "Failed.", is_over=True, problem=problem or "It ended without saying why. Try again."
        )

    def close(self) -> None:
        for each in self._running.values():
            each.process.terminate()
        for each in self._running.values():
            each.process.wait(_STOP_SECONDS)
        self._folder.cleanup()


def _last_line(said: Path) -> str:
    """Without the time in front, which only the first line of a second has."""
    lines = said.read_text(errors="replace").strip().splitlines()
    line = lines[-1].strip() if lines else ""
    return line.partition("] ")[2].strip() if line.startswith("[") else line
