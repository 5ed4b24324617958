"""What is kept of answers and decisions, in SQLite and in Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from xero_pipeline.settings import Settings
from xero_pipeline.tasks import AnswerMovedOn, AnswerState, DecisionKind, TaskRecords
from xero_pipeline.warehouse import open_build_database, replace_ops_table
from xero_pipeline_tests.postgres import on_both
from xero_pipeline_tests.tasks.samples import ORGANISATION, TASK, answer, decision

pytestmark = on_both


@pytest.fixture
def records(tmp_path: Path, state_url: str | None) -> Iterator[TaskRecords]:
    settings = Settings.model_validate({"home": tmp_path, "state_url": state_url})
    with closing(TaskRecords.open(settings)) as opened:
        yield opened


def test_an_answer_is_read_as_it_was_recorded(records: TaskRecords) -> None:
    recorded = records.submit(answer(), decision(DecisionKind.SUBMITTED, "Ada"))
    assert records.live_answer(ORGANISATION, TASK) == recorded
    (submitted,) = records.decisions(ORGANISATION, TASK)
    assert (submitted.kind, submitted.actor) == (DecisionKind.SUBMITTED, "Ada")
    assert submitted.answer_id == recorded.answer_id


def test_a_task_has_one_live_answer_and_later_another(records: TaskRecords) -> None:
    first = records.submit(answer(), decision(DecisionKind.SUBMITTED))
    with pytest.raises(AnswerMovedOn, match="has an answer that is submitted"):
        records.submit(answer(), decision(DecisionKind.SUBMITTED))
    records.move(first, AnswerState.SENT_BACK, decision(DecisionKind.SENT_BACK), "Which trip?")
    second = records.submit(answer(), decision(DecisionKind.SUBMITTED))
    assert second.answer_id > first.answer_id
    (returned,) = records.answers([AnswerState.SENT_BACK])
    assert (returned.reason, returned.decided_by) == ("Which trip?", "Bea")


def test_of_two_who_decide_at_once_the_second_is_told(records: TaskRecords) -> None:
    seen = records.submit(answer(), decision(DecisionKind.SUBMITTED))
    records.move(seen, AnswerState.APPROVED, decision(DecisionKind.APPROVED))
    with pytest.raises(AnswerMovedOn, match="dealt with by somebody else"):
        records.move(seen, AnswerState.WITHDRAWN, decision(DecisionKind.WITHDRAWN))
    kinds = [each.kind for each in records.decisions(ORGANISATION, TASK)]
    assert kinds == [DecisionKind.SUBMITTED, DecisionKind.APPROVED]


def test_the_warehouse_gets_all_but_the_files_themselves(
    records: TaskRecords, tmp_path: Path
) -> None:
    records.submit(answer(), decision(DecisionKind.SUBMITTED))
    with open_build_database(tmp_path / "build.duckdb") as connection:
        for table, rows in records.published().items():
            replace_ops_table(connection, table, rows)
        line = connection.execute(
            "select account_code, lines ->> '$[0].line_number', tracking ->> '$[0].option', state "
            "from ops.task_answers"
        ).fetchall()
        files = connection.execute("from ops.task_answer_files").fetchall()
        kinds = connection.execute("select kind, answer_id from ops.task_decisions").fetchall()
    assert line == [("493", "2", "North", "submitted")]
    assert [(name, size) for *_, name, _, size, _ in files] == [("ticket.pdf", 3)]
    assert kinds == [("submitted", 1)]
