"""Answers that their tasks did not wait for: the document was recoded or voided by a person, or its
account is no longer watched. They are withdrawn, so that a task that opens again can be answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xero_pipeline.settings import Settings
from xero_pipeline.tasks.errors import AnswerMovedOn
from xero_pipeline.tasks.model import Answer, AnswerState, Decision, DecisionKind
from xero_pipeline.tasks.records import TaskRecords
from xero_pipeline.tasks.rules import why_closed
from xero_pipeline.warehouse import NothingPublished, read_published
from xero_pipeline.xero import Clock

ACTOR = "pipeline"
"""Who withdraws them."""


def withdraw_outlived(settings: Settings, records: TaskRecords, clock: Clock) -> list[Answer]:
    """Withdraw the answers that wait, or are approved, at tasks that have closed since by
    themselves. One of which something was sent is the write-back's.

    Returns:
        Those that were withdrawn, as they were before.
    """
    live = records.answers([state for state in AnswerState if state.is_live])
    closed = _closed_since(settings, live)
    return [
        answer
        for answer in live
        if answer.answer_id in closed
        and _withdrawn(records, clock, answer, why_closed(closed[answer.answer_id]))
    ]


def _withdrawn(records: TaskRecords, clock: Clock, answer: Answer, why: str) -> bool:
    reason = f"The task closed before the answer was sent: {why}."
    withdrawn = Decision.about(answer, DecisionKind.WITHDRAWN, ACTOR, clock.now(), reason)
    try:
        records.move(answer, AnswerState.WITHDRAWN, withdrawn, reason, unless_sent=True)
    except AnswerMovedOn:
        return False
    return True


def _closed_since(settings: Settings, answers: Sequence[Answer]) -> Mapping[int, str]:
    """Number of an answer -> why its task closed when it had been given, where it did."""
    if not answers:
        return {}
    try:
        with read_published(settings.published_database) as warehouse:
            ids = [answer.answer_id for answer in answers]
            return dict(warehouse.execute(_CLOSED_SINCE, [ids]).fetchall())
    except NothingPublished:
        return {}


_CLOSED_SINCE = """
    select answered.answer_id, arg_max(later.closed_reason, later.sequence)
    from marts.client_task_events as answered
    join marts.client_task_events as later
        on later.organisation_id = answered.organisation_id
        and later.task_id = answered.task_id
        and later.sequence >= answered.sequence
    where answered.event = 'submitted'
        and answered.answer_id in (select unnest(?::bigint[]))
        and later.closed_reason <> 'dismissed'
    group by answered.answer_id
"""
