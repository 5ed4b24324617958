"""The demo: the public commands, run against the sandbox. Nothing below it knows the sandbox."""

from xero_pipeline.demo.environment import Demo, environment_to_show
from xero_pipeline.demo.run import run_demo

__all__ = ["Demo", "environment_to_show", "run_demo"]
