"""What the desk refuses, in plain words. Each says what happened and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from xero_pipeline.xero.errors import PermanentError


class Act(StrEnum):
    """What a person can do with a task."""

    SHOW = "show"
    ANSWER = "answer"
    SEND_BACK = "send-back"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


class TasksError(PermanentError):
    """A refusal that a person can do something about; `what` and `next_step` say how.

    Attributes:
        task_id: of the task that it is about; empty: of none.
        acts: what helps; how each is done here, a command or a button, a front end knows.
    """

    def __init__(
        self, what: str, next_step: str, task_id: str = "", acts: Sequence[Act] = ()
    ) -> None:
        super().__init__(what, next_step)
        self.task_id = task_id
        self.acts = tuple(acts)


class UnknownTask(TasksError):
    def __init__(self, wanted: str, several: Sequence[str] = ()) -> None:
        if several:
            super().__init__(
                f"Several tasks begin with {wanted}: {', '.join(several)}.",
                "Give more of the id.",
            )
            return
        super().__init__(
            f"There is no task {wanted} among the published ones.",
            "Look for it in the list of tasks; a new transaction is there after the next sync.",
        )


class UnknownBooks(TasksError):
    def __init__(self, wanted: str, known: Sequence[str]) -> None:
        super().__init__(
            f"There is no organisation '{wanted}' among the published ones.",
            f"There are: {', '.join(known)}." if known else "Connect and sync one first.",
        )


class AnswerRefused(TasksError):
    """An answer cannot be taken as it is.

    Attributes:
        refusals: sentences, each with what to do.
    """

    def __init__(
        self, task: str, refusals: Sequence[str], task_id: str = "", acts: Sequence[Act] = ()
    ) -> None:
        self.refusals = tuple(refusals)
        what = f"{task}: the answer was not taken. {' '.join(refusals)}"
        super().__init__(what, "", task_id, acts)


class WrongState(TasksError):
    """What is asked for does not go with the state of the task."""


class DeliveryUnusable(TasksError):
    """Events cannot be pushed as the settings are."""

    def __init__(self, what: str) -> None:
        super().__init__(
            what,
            "Set XERO_TASK_WEBHOOK_URL to the address that takes events and "
            "XERO_TASK_WEBHOOK_SECRET to a key that it knows, too.",
        )


class AnswerMovedOn(TasksError):
    """Somebody else was faster."""

    def __init__(self, task_id: str, state: str | None) -> None:
        found = f"has an answer that is {state}" if state else "was dealt with by somebody else"
        super().__init__(
            f"The task {task_id[:8]} {found} meanwhile; nothing was changed here.",
            "Look at it again.",
            task_id,
            [Act.SHOW],
        )
