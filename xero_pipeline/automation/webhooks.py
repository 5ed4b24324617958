"""What runs because Xero said that something changed."""

from contextlib import closing
from datetime import timedelta

import dagster as dg
from pydantic import TypeAdapter

from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.automation.batches import in_progress, run_requests
from xero_pipeline.automation.candidates import candidates
from xero_pipeline.automation.jobs import REFRESH
from xero_pipeline.automation.news import Heard, listen
from xero_pipeline.automation.sensors import CALLS_AN_INCREMENT
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
    if not last_events and not heard.waiting:
        return dg.SensorResult(skip_reason=dg.SkipReason(_NOTHING_NEW), cursor=context.cursor)
    known = {each.organisation_id: each for each in candidates(pipeline)}
    busy = in_progress(context.instance)
    free = {
        id
        for id, each in known.items()
        if each.organisation not in busy and each.may_be_asked(now, CALLS_AN_INCREMENT)
    }
    found = listen(last_events, heard, known, free)
    keys = [known[id].organisation for id in found.to_read]
    return dg.SensorResult(
        run_requests=run_requests(keys, Depth.INCREMENT, now),
        cursor=_HEARD.dump_json(found.heard).decode(),
    )
