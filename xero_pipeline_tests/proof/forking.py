"""Processes that may be killed at any moment: forked where everything is imported already.

The process that `Forks` starts runs a module that calls `serve`: for every line on its standard
input, a list of tasks, it forks a child for each; how the children ended goes to its standard
output. A child can be told to kill itself in the moment before its nth effect, an effect being
whatever could be seen from outside, or be killed from here after some time.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Generic, Literal, Self, TypeVar

from pydantic import BaseModel, TypeAdapter

_FAILED = 3


class Mortal(BaseModel):
    """What a child does, to be subclassed.

    Attributes:
        die_before: the number of the effect, counted from 1, before which to die; None: live on.
        counted: the name of the effects that are counted for this; None: all.
        die_after: seconds after which to die whatever is being done; None: live on.
    """

    die_before: int | None = None
    counted: str | None = None
    die_after: float | None = None


class End(BaseModel):
    """How a child ended.

    Attributes:
        effects: their names in order; the one it died before is the last.
        seconds: it took.
    """

    ended: Literal["done", "killed", "failed"]
    effects: tuple[str, ...]
    seconds: float

    @property
    def last(self) -> str:
        return self.effects[-1] if self.effects else ""


Task = TypeVar("Task", bound=Mortal)
_ENDS = TypeAdapter(list[End])


class Forks(Generic[Task]):
    """The process that forks; ends with the `with` block.

    Args:
        module: calls `serve` when it is run.
    """

    def __init__(self, module: str) -> None:
        self._module = module

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def do(self, task: Task) -> End:
        """Do one, and wait for its end."""
        (end,) = self.do_at_once([task])
        return end

    def do_at_once(self, tasks: Sequence[Task]) -> list[End]:
        """Do all of them at the same time, and wait until all have ended."""
        asks, answers = self._process.stdin, self._process.stdout
        assert asks is not None
        assert answers is not None
        asks.write(f"[{','.join(task.model_dump_json() for task in tasks)}]\n")
        asks.flush()
        return _ENDS.validate_json(answers.readline())


class Effects:
    """Counts what can be seen from outside, tells of it, and kills the process when it is time."""

    def __init__(self, tell: int, task: Mortal) -> None:
        self._tell = tell
        self._task = task
        self._numbers = count(1)

    def before(self, name: str) -> None:
        os.write(self._tell, f"{name}\n".encode())
        is_counted = self._task.counted in (None, name)
        if is_counted and next(self._numbers) == self._task.die_before:
            os.kill(os.getpid(), signal.SIGKILL)


def serve(kind: type[Task], do: Callable[[Task, Effects], None]) -> None:
    """Fork children until the standard input ends.

    Args:
        do: what a child does; tells the effects before each of them.
    """
    tasks = TypeAdapter(list[kind])  # type: ignore[valid-type]
    gc.freeze()  # so that children share what is imported
    for line in sys.stdin:
        children = [_Child.fork(task, do) for task in tasks.validate_json(line)]
        ends = [child.wait() for child in children]
        sys.stdout.write(_ENDS.dump_json(ends).decode() + "\n")
        sys.stdout.flush()


@dataclass(frozen=True)
class _Child:
    """A task in its own process; `told` is where it tells of its effects."""

    die_after: float | None
    pid: int
    told: int
    began: float

    @classmethod
    def fork(cls, task: Task, do: Callable[[Task, Effects], None]) -> Self:
        reading, writing = os.pipe()
        began = time.monotonic()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            _live(lambda: do(task, Effects(writing, task)))
        os.close(writing)
        return cls(task.die_after, pid, reading, began)

    def wait(self) -> End:
        death = threading.Timer(self.die_after or 0, os.kill, (self.pid, signal.SIGKILL))
        if self.die_after is not None:
            death.start()
        with os.fdopen(self.told) as told:
            effects = told.read().splitlines()  # until the child is gone
        death.cancel()
        _, status = os.waitpid(self.pid, 0)
        ended: dict[int, Literal["done", "killed"]] = {0: "done", -signal.SIGKILL: "killed"}
        return End(
            ended=ended.get(os.waitstatus_to_exitcode(status), "failed"),
            effects=tuple(effects),
            seconds=time.monotonic() - self.began,
        )


def _live(do: Callable[[], None]) -> None:
    """Do it and end; never returns."""
    code = _FAILED
    try:
        do()
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)
