"""Jobs, schedules and sensors: when things run."""

from xero_pipeline.automation.refresh import Outcome, refresh_in_process

__all__ = ["Outcome", "refresh_in_process"]
