"""What keeps connections alive that nobody uses."""

from datetime import timedelta

import dagster as dg

from xero_pipeline.assets.resources import Pipeline

_ONCE_A_DAY = int(timedelta(days=1).total_seconds())

_NOTHING_CONNECTED = "No organisation is connected yet: run `xero-pipeline connect`."
_DONE = "Idle sign-ins that were refreshed: {}; that could not be: {}."


@dg.sensor(minimum_interval_seconds=_ONCE_A_DAY, default_status=dg.DefaultSensorStatus.RUNNING)
def keep_connections_alive(
    context: dg.SensorEvaluationContext, pipeline: Pipeline
) -> dg.SkipReason:
    """Refresh sign-ins long before Xero ends them, also of organisations that are not read.

    A sensor, since a day that the machine was off is made up for when it is on again. What fails
    shows in the state of the connections, about which `reconnect_alerts` tells.
    """
    with pipeline.connections() as connections:
        if not connections.connections():
            return dg.SkipReason(_NOTHING_CONNECTED)
        kept = connections.keep_alive()
    return dg.SkipReason(_DONE.format(kept.refreshed, len(kept.failed)))
