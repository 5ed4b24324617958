"""`xero-pipeline` in this process, as programs and people meet it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from xero_pipeline.cli import main


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def is_plain_failure(self) -> bool:
        """One sentence or two on stderr for a person, and nothing of Python."""
        return self.code == 1 and bool(self.err.strip()) and "Traceback" not in self.err


Run = Callable[..., Ran]


def running(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *first: str
) -> Run:
    """Runs `xero-pipeline FIRST WORDS`."""

    def command(*words: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["xero-pipeline", *first, *words])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return command
