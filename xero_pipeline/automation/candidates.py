"""The connected organisations as the rules want them, at the cost of two queries for all."""

from __future__ import annotations

from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.automation.due import Candidate
from xero_pipeline.connections.gateway import day_budget
from xero_pipeline.xero import Asker


def candidates(pipeline: Pipeline) -> list[Candidate]:
    """Everybody who is connected."""
    calls_a_day = day_budget(pipeline.settings()).of(Asker.SCHEDULE)
    with pipeline.connections() as connections:
        used = connections.calls_used_today()
        known = connections.connections()
    return [
        Candidate(
            organisation=each.organisation_key,
            organisation_id=each.organisation_id,
            timezone=each.timezone,
            connected_at=each.connected_at,
            is_healthy=each.may_sync,
            last_sync_at=each.last_sync_at,
            resume_at=each.resume_at,
            calls_left=calls_a_day - used.get(each.organisation_id, 0),
        )
        for each in known
    ]
