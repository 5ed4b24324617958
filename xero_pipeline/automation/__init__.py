"""Jobs, schedules and sensors: when things run."""

from xero_pipeline.automation.refresh import (
    Outcome,
    publish_in_process,
    refresh_in_process,
    write_back_in_process,
)

__all__ = ["Outcome", "publish_in_process", "refresh_in_process", "write_back_in_process"]
