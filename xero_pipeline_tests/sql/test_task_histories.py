"""Whatever happens to clients' books, in whatever order: the events of tasks are the rules'."""

from __future__ import annotations

from xero_pipeline_tests.sql.task_histories import Campaign
from xero_pipeline_tests.sql.warehouse import Warehouse


def test_tasks_of_any_history_are_what_the_rules_say() -> None:
    """Sixty histories of eight builds, decided by their seeds; every kind of event is in them."""
    campaign = Campaign.of(Warehouse(), range(1, 61))
    campaign.run(builds=8)
    assert {event.event for each in campaign.histories for event in each.rules.events} == {
        "created",
        "updated",
        "submitted",
        "approved",
        "sent_back",
        "withdrawn",
        "written",
        "refused",
        "conflicted",
        "closed",
        "reopened",
    }
