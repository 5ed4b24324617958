"""How tasks stand now: as published, and what people have done with them since. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from xero_pipeline.tasks.model import Decision, DecisionKind, Task

_WAITS = (DecisionKind.SUBMITTED, DecisionKind.APPROVED)


def after(task: Task, decisions: Iterable[Decision]) -> Task:
    """The task after these decisions, by the rules that the models follow.

    Args:
        decisions: of this task, in order, those that are not published yet.
    """
    for decision in decisions:
        task = _after(task, decision)
    return task


def newest_first(task: Task) -> tuple[int, str]:
    """What tasks are sorted by: the document's date, those without one last, then the id."""
    day = task.document_date.toordinal() if task.document_date else 0
    return -day, task.task_id


def _after(task: Task, decision: Decision) -> Task:
    if decision.kind is DecisionKind.REOPENED:
        return replace(
            task, state="open", answer_state=None, closed_reason=None, reopened_reason="person"
        )
    if task.is_closed:
        return task
    if decision.kind is DecisionKind.DISMISSED:
        return replace(task, state="closed", answer_state=None, closed_reason="dismissed")
    if decision.kind in _WAITS:
        return replace(task, state="submitted", answer_state=str(decision.kind), open_reason=None)
    return replace(task, state="open", answer_state=None, open_reason=decision.note or None)
