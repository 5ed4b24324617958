"""An answer to one task, and what was decided about it."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from xero_pipeline.tasks import (
    Answer,
    AnswerFile,
    AnswerState,
    Decision,
    DecisionKind,
    LineChoice,
    Task,
    TrackingChoice,
)
from xero_pipeline.tasks.model import (
    Books,
    ChartAccount,
    KnownContact,
    TaskVersion,
    TrackingOption,
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


def task() -> Task:
    """33 dollars spent at City Cabs, on a watched account."""
    return Task(
        task_id=TASK,
        organisation_id=ORGANISATION,
        organisation_name="Garage Ltd",
        organisation_key="garage-ltd-11111111",
        workspace="clients",
        document_type="bank_transaction",
        document_id=DOCUMENT,
        xero_type="SPEND",
        state="open",
        answer_state=None,
        closed_reason=None,
        reopened_reason=None,
        open_reason=None,
        version=1,
        changed_fields=(),
        contents_hash="c0ffee",
        document_date=dt.date(2026, 3, 8),
        document_number=None,
        reference=None,
        document_status="AUTHORISED",
        contact_id=None,
        contact_name="City Cabs",
        contact_email=None,
        description="Taxi",
        currency_code="NZD",
        amount=Decimal(33),
        amount_base=Decimal(33),
        matched_amount=Decimal(33),
        matched_account_codes=("469",),
        is_reconciled=False,
        recoding_obstacle=None,
        recoding_note=None,
        has_attachments=False,
        age_days=24,
        suggested_account_code=None,
        suggested_account_name=None,
        suggested_by_documents=None,
        deep_link=None,
    )


def version(number: int, **facts: Any) -> TaskVersion:  # noqa: ANN401
    """What the task's document said as this version."""
    said: dict[str, Any] = {
        "valid_from": NOON + dt.timedelta(days=number),
        "valid_to": None,
        "document_state": "live",
        "changed_fields": (),
        "document_date": dt.date(2026, 3, 8),
        "total": Decimal(33),
        "currency_code": "NZD",
        "reference": None,
        "contact_name": "City Cabs",
    }
    return TaskVersion(version=number, **said | facts)


def _account(id: str, code: str, name: str, type_: str = "EXPENSE", **other: Any) -> ChartAccount:  # noqa: ANN401
    facts = {"status": "ACTIVE", "system_account": None, "is_watched": False} | other
    return ChartAccount(id, code, name, type_, **facts)


BOOKS = Books(
    accounts=(
        _account("b-090", "090", "Bank", "BANK"),
        _account("e-420", "420", "Entertainment"),
        _account("watched", "469", "Ask my client", is_watched=True),
        _account("w-477", "477", "Wages", status="ARCHIVED"),
        _account("t-493", "493", "Travel"),
        _account("r-610", "610", "Accounts Receivable", "CURRENT", system_account="DEBTORS"),
    ),
    contacts=(
        KnownContact("cabs", "City Cabs", "ACTIVE"),
        KnownContact("old", "Old Cabs", "ARCHIVED"),
    ),
    tracking=(
        TrackingOption("r", "Region", "n", "North", is_active=True),
        TrackingOption("r", "Region", "s", "South", is_active=False),
    ),
)
