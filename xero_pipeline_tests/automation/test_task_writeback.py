"""From an approved answer to a closed task in one run, which only ever reads an agency's books."""

from __future__ import annotations

from pathlib import Path

import pytest

from xero_pipeline.automation import refresh, write_back_in_process
from xero_pipeline.connections import MonitoredAccount, Purpose
from xero_pipeline.tasks import AnswerState, NewAnswer
from xero_pipeline.tasks.desk import TaskDesk
from xero_pipeline.tasks.model import TaskFilter
from xero_pipeline_tests import few_models
from xero_pipeline_tests.connected import environment
from xero_pipeline_tests.studio import MODELLED, studio_at

pytestmark = pytest.mark.long

RENT, TRAVEL = "469", "200"


def test_an_approved_answer_is_written_and_its_task_closes_in_the_same_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with studio_at(tmp_path / "home") as studio:
        for name, value in environment(studio.sandbox, studio.settings.home).items():
            monkeypatch.setenv(name, value)
        agency = studio.connect("agency", Purpose.AGENCY)
        client = studio.connect("client", Purpose.CLIENT, write_back=True)
        with studio.connections() as connections:
            rent = connections.chart_of_accounts(client.organisation_id).find(RENT)
            watched = MonitoredAccount(rent.account_id, rent.code, rent.name, 10_000)
            connections.monitor_accounts(client.organisation_id, [watched])
        keys = [agency.organisation_key, client.organisation_key]
        for each in (agency, client):
            studio.sync(each.organisation_id, only=MODELLED)
        graph = few_models.models_of_tasks()
        monkeypatch.setattr(refresh, "ALL_ASSETS", few_models.assets_of(graph))
        studio.publish(graph)

        ticket = tmp_path / "ticket.pdf"
        ticket.write_bytes(b"a ticket")
        with TaskDesk.open(studio.settings, studio.clock) as desk:
            (task,) = desk.tasks(TaskFilter())
            answer = NewAnswer("Ada", account=TRAVEL, comment="A fare", files=(ticket,))
            desk.answer(task.task_id, answer)
            desk.approve(task.task_id, "Bea")
        studio.sandbox.control.clear_requests()
        outcome = write_back_in_process(studio.settings, keys)

        assert (outcome.problems, outcome.is_published) == ((), True)
        with TaskDesk.open(studio.settings, studio.clock) as desk:
            (task,) = desk.tasks(TaskFilter())
            (written,) = desk.records.answers((AnswerState.WRITTEN,))
        assert (task.state, task.closed_reason) == ("closed", "recoded")
        assert written.task_id == task.task_id
        writes = [
            each
            for each in studio.sandbox.control.requests()
            if "/api.xro/" in str(each["path"]) and each["method"] != "GET"
        ]
        assert [each["method"] for each in writes] == ["POST", "PUT", "PUT"], "lines, file, note"
        assert writes[1]["path"].endswith("/Attachments/ticket.pdf")
        assert {each["tenant"] for each in writes} == {client.organisation_id}
