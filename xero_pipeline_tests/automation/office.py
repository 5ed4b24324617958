"""The pipeline as sensors and schedules get it, at a time that the test chooses."""

from __future__ import annotations

from xero_pipeline.assets.resources import Pipeline
from xero_pipeline_tests.xero.double import TestClock


def pipeline_at(clock: TestClock) -> Pipeline:
    """With this clock, which the class holds: Dagster makes copies of a resource."""

    class PipelineAt(Pipeline):
        def clock(self) -> TestClock:
            return clock

    return PipelineAt()
