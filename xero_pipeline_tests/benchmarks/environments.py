"""One virtual environment per peer, made when missing: their requirements exclude each other's."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
_PEERS = Path(__file__).parent / "peers"


def python_of(peer: str | None) -> str:
    """The interpreter that has what `peers/<peer>.txt` pins; None: this one.

    Raises:
        subprocess.CalledProcessError: the package index cannot be reached, or lacks a release.
    """
    if peer is None:
        return sys.executable
    requirements = _PEERS / f"{peer}.txt"
    folder = REPOSITORY / ".venv-bench" / peer
    python, installed = str(folder / "bin" / "python"), folder / "installed.txt"
    if not installed.exists() or installed.read_bytes() != requirements.read_bytes():
        print(f"Installing {peer} into {folder.relative_to(REPOSITORY)}", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--requirement", str(requirements)], check=True)
        installed.write_bytes(requirements.read_bytes())
    return python
