"""Work in processes of our own: `xero-pipeline sync` and `tasks send`, one after the other."""

from __future__ import annotations

import secrets
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from xero_pipeline.console.runs import Progress, Work, in_plain_words

_STOP_SECONDS = 20
_COMMANDS = {Work.SYNC: ("sync",), Work.SEND: ("tasks", "send")}
_BEGINS = {Work.SYNC: "Reading from Xero.", Work.SEND: "Sending to Xero."}
_PLAIN = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "500"}


@dataclass
class _Piece:
    """A piece of work.

    Attributes:
        process: None: it waits for its turn.
    """

    work: Work
    organisation_key: str
    said: Path
    complained: Path
    process: subprocess.Popen[bytes] | None = None


class OwnProcesses:
    """Starts them, and reads along.

    They take turns: the checks of one would look at what another has read and not yet built.

    Args:
        environment: which points them at the home and at Xero.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {**environment, **_PLAIN}
        self._folder = TemporaryDirectory(prefix="xero-console-")
        self._pieces: dict[str, _Piece] = {}
        self._last: threading.Thread | None = None
        self._is_closing = threading.Event()

    def is_running(self) -> bool:
        """Always: nothing has to be there beforehand."""
        return True

    def launch(self, organisation_key: str, work: Work = Work.SYNC) -> str:
        id = secrets.token_hex(8)
        said, complained = (Path(self._folder.name) / f"{id}.{end}" for end in ("out", "err"))
        piece = self._pieces[id] = _Piece(work, organisation_key, said, complained)
        self._last = threading.Thread(target=self._do, args=(piece, self._last), daemon=True)
        self._last.start()
        return id

    def progress(self, id: str) -> Progress:
        piece = self._pieces[id]
        if piece.process is None:
            return Progress("Waiting for its turn.")
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
        self._is_closing.set()
        for each in self._pieces.values():
            if each.process is not None:
                each.process.terminate()
        if self._last is not None:
            self._last.join(_STOP_SECONDS)
        self._folder.cleanup()

    def _do(self, piece: _Piece, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()
        if self._is_closing.is_set():
            return
        program = str(Path(sys.executable).with_name("xero-pipeline"))
        words = (*_COMMANDS[piece.work], "--organisation", piece.organisation_key)
        with piece.said.open("wb") as out, piece.complained.open("wb") as err:
            piece.process = subprocess.Popen(  # noqa: S603  # our own program; the key is one word
                [program, *words], env=self._environment, stdout=out, stderr=err
            )
            piece.process.wait()


def _doing(piece: _Piece) -> str:
    """As the runs of Dagster are told; what the command says is for those who typed it."""
    said = piece.said.read_text(errors="replace")
    if " rebuilt " in said:
        return "Building and checking the figures."
    return _BEGINS[piece.work] if said else "Starting."
