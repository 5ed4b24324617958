"""Events of client tasks are pushed to whoever wants them, soon after they are published."""

from __future__ import annotations

from contextlib import closing

import dagster as dg

from xero_pipeline.alerts import AlertBook, AlertDesk, Channels, Condition, Kind
from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.settings import Settings
from xero_pipeline.tasks.delivery import Subscriber, deliver_events, subscriber_of
from xero_pipeline.tasks.delivery_progress import DeliveryProgress, Progress
from xero_pipeline.tasks.errors import DeliveryUnusable
from xero_pipeline.warehouse import NothingPublished

_ROUND_SECONDS = 30.0
"""Dagster ends a tick that takes a minute; what is left is for the next one."""

_ATTEMPTS_BEFORE_ALERT = 5
"""With their growing waits a quarter of an hour: a receiver that is restarted is not worth one."""

_NOBODY = "Nobody wants events: XERO_TASK_WEBHOOK_URL is not set."
_NOTHING = "Nothing has been published yet."


@dg.sensor(minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def task_deliveries(context: dg.SensorEvaluationContext, pipeline: Pipeline) -> dg.SkipReason:
    """Push what is published and was not taken yet. A sensor, since a run would take longer to
    start than most deliveries last."""
    settings = pipeline.settings()
    try:
        subscriber = subscriber_of(settings)
        if subscriber is None:
            return dg.SkipReason(_NOBODY)
        delivered = deliver_events(settings, pipeline.clock(), seconds=_ROUND_SECONDS)
    except NothingPublished:
        return dg.SkipReason(_NOTHING)
    except DeliveryUnusable as error:
        _tell(pipeline, [_misconfigured(error)])
        return dg.SkipReason(str(error))
    _tell(pipeline, _troubles(settings, subscriber))
    return dg.SkipReason(
        f"{delivered.events:,} events taken in {delivered.posts:,} requests; "
        f"{len(delivered.failures):,} organisations wait for another attempt."
    )


def _troubles(settings: Settings, subscriber: Subscriber) -> list[Condition]:
    """One alert, however many organisations' events wait."""
    with closing(DeliveryProgress.open(settings, subscriber.name)) as progress:
        waiting = progress.of_organisations().values()
    stuck = [each for each in waiting if each.attempts >= _ATTEMPTS_BEFORE_ALERT or _is_gone(each)]
    if not stuck:
        return []
    longest = max(stuck, key=lambda each: each.attempts)
    return [
        Condition(
            Kind.TASK_DELIVERY,
            subscriber.name,
            "Events of client tasks are not taken",
            f"{subscriber.name} did not take the events of {len(stuck):,} organisation(s): "
            f"{longest.last_error}. They are kept, and sent again up to once an hour.",
            "Look at the receiver; then run: xero-pipeline tasks deliver",
        )
    ]


def _is_gone(progress: Progress) -> bool:
    return progress.last_error.startswith("HTTP 410")


def _misconfigured(error: DeliveryUnusable) -> Condition:
    return Condition(
        Kind.TASK_DELIVERY,
        "settings",
        "Events of client tasks cannot be sent",
        error.what,
        error.next_step,
    )


def _tell(pipeline: Pipeline, present: list[Condition]) -> None:
    settings = pipeline.settings()
    with closing(AlertBook.open(settings)) as book:
        desk = AlertDesk(book, Channels(settings.alert_urls), pipeline.clock())
        desk.look(present, [Kind.TASK_DELIVERY])
