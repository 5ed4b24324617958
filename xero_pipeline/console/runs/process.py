"""Work in processes of our own: `xero-pipeline sync` and `tasks send`."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from xero_pipeline.console.runs import Progress, Work, in_plain_words

_STOP_SECONDS = 20
_COMMANDS = {Work.SYNC: ("sync",), Work.SEND: ("tasks", "send")}
_BEGINS = {Work.SYNC: "Reading from Xero.", Work.SEND: "Sending to Xero."}
_PLAIN = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "500"}


@dataclass(frozen=True)
class _Piece:
    """A piece of work under way."""

    work: Work
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
        self._pieces: dict[str, _Piece] = {}

    def is_running(self) -> bool:
        """Always: nothing has to be there beforehand."""
        return True

    def launch(self, organisation_key: str, work: Work = Work.SYNC) -> str:
        id = secrets.token_hex(8)
        said, complained = (Path(self._folder.name) / f"{id}.{end}" for end in ("out", "err"))
        program = str(Path(sys.executable).with_name("xero-pipeline"))
        words = (*_COMMANDS[work], "--organisation", organisation_key)
        with said.open("wb") as out, complained.open("wb") as err:
            process = subprocess.Popen(  # noqa: S603  # our own program; the key is one word of it
                [program, *words], env=self._environment, stdout=out, stderr=err
            )
        self._pieces[id] = _Piece(work, process, said, complained)
        return id

    def progress(self, id: str) -> Progress:
        piece = self._pieces[id]
        code = piece.process.poll()
        if code is None:
            return Progress(_doing(piece))
        if code == 0:
            return Progress("Done.", is_over=True)
        problem = in_plain_words(piece.complained.read_text(errors="replace").strip())
        return Progress(
            "Failed.", is_over=True, problem=problem or "It ended without saying why. Try again."
        )

    def close(self) -> None:
        for each in self._pieces.values():
            each.process.terminate()
        for each in self._pieces.values():
            each.process.wait(_STOP_SECONDS)
        self._folder.cleanup()


def _doing(piece: _Piece) -> str:
    """As the runs of Dagster are told; what the command says is for those who typed it."""
    said = piece.said.read_text(errors="replace")
    if " rebuilt " in said:
        return "Building and checking the figures."
    return _BEGINS[piece.work] if said else "Starting."
