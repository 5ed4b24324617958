"""What runs because Xero said that something changed."""

from collections.abc import Collection, Iterable
from contextlib import closing
from datetime import datetime, timedelta

import dagster as dg
from pydantic import TypeAdapter

from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.automation.batches import in_progress, run_requests
from xero_pipeline.automation.jobs import REFRESH
from xero_pipeline.automation.news import Heard, listen
from xero_pipeline.connections import Connection
from xero_pipeline.sync import Depth
from xero_pipeline.webhooks import Inbox

_HEARD = TypeAdapter(Heard)
_KEPT = timedelta(days=31)
"""As long as Xero keeps events and may send them again."""

_NOTHING_NEW = "Xero has reported no change since the last look."


@dg.sensor(job=REFRESH, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def webhook_refresh(context: dg.SensorEvaluationContext, pipeline: Pipeline) -> dg.SensorResult:
    """Read the organisations that Xero reported changes of, each once however many there were."""
    heard = _HEARD.validate_json(context.cursor or "{}")
    now = pipeline.clock().now()
    with closing(Inbox.open(pipeline.settings())) as inbox:
        inbox.forget(now - _KEPT)
        last_events = {id: news.last_event for id, news in inbox.news(heard.handled).items()}
    if not last_events:
        return dg.SensorResult(skip_reason=dg.SkipReason(_NOTHING_NEW), cursor=context.cursor)
    with pipeline.connections() as connections:
        known = {each.organisation_id: each for each in connections.connections()}
    free = _may_be_asked(known.values(), in_progress(context.instance), now)
    found = listen(last_events, heard, known, free)
    keys = [known[id].organisation_key for id in found.to_read]
    return dg.SensorResult(
        run_requests=run_requests(keys, Depth.INCREMENT, f"event-{max(last_events.values())}"),
        cursor=_HEARD.dump_json(found.heard).decode(),
    )


def _may_be_asked(
    connections: Iterable[Connection], busy: Collection[str], now: datetime
) -> set[str]:
    return {
        each.organisation_id
        for each in connections
        if each.may_sync
        and each.organisation_key not in busy
        and (each.resume_at is None or each.resume_at <= now)
    }
