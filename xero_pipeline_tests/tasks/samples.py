"""An answer to one task, and what was decided about it."""

from __future__ import annotations

import datetime as dt
import uuid

from xero_pipeline.tasks import (
    Answer,
    AnswerFile,
    AnswerState,
    Decision,
    DecisionKind,
    LineChoice,
    TrackingChoice,
)

NOON = dt.datetime(2026, 4, 1, 12, 0, tzinfo=dt.UTC)
ORGANISATION = "11111111-1111-4111-8111-111111111111"
TASK = "22222222-2222-4222-8222-222222222222"
DOCUMENT = "33333333-3333-4333-8333-333333333333"
TRAVEL = "44444444-4444-4444-8444-444444444444"


def answer() -> Answer:
    return Answer(
        organisation_id=ORGANISATION,
        task_id=TASK,
        document_type="bank_transaction",
        document_id=DOCUMENT,
        seen_version=1,
        seen_contents_hash="c0ffee",
        account_id=TRAVEL,
        account_code="493",
        lines=(LineChoice(2, TRAVEL, "493"),),
        comment="Train to the fair",
        tracking=(TrackingChoice("r", "Region", "n", "North"),),
        contact_id=None,
        contact_name=None,
        answered_by="Ada",
        answered_at=NOON,
        state=AnswerState.SUBMITTED,
        files=(AnswerFile("ticket.pdf", "application/pdf", 3, "ab" * 32, "answers/x/ticket.pdf"),),
    )


def decision(kind: DecisionKind, actor: str = "Bea", note: str = "") -> Decision:
    return Decision(
        ORGANISATION,
        TASK,
        "bank_transaction",
        DOCUMENT,
        kind,
        actor,
        NOON,
        "c0ffee",
        str(uuid.uuid4()),
        note,
    )
