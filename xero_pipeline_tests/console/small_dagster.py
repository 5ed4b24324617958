"""The smallest Dagster that runs the pipeline's jobs, in this process.

`dagster dev` takes three processes, each of which imports everything, and one more for every run.
Here the webserver, its GraphQL API, the run history and the jobs are Dagster's own as well, but
the code location is this process and a run is a thread of it.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dagster import DagsterInstance
from dagster._core.instance.ref import InstanceRef
from dagster._core.launcher import LaunchRunContext
from dagster._core.launcher.sync_in_memory_run_launcher import SyncInMemoryRunLauncher
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._serdes import ConfigurableClassData
from dagster_webserver.app import create_app_from_workspace_process_context

from xero_pipeline.automation.instance import ensure_dagster_home
from xero_pipeline.settings import Settings
from xero_pipeline_tests.console.shown import listening


class ThreadRunLauncher(SyncInMemoryRunLauncher):
    """Answers before the run has ended, as Dagster's usual one does."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(inst_data)
        self._threads: list[threading.Thread] = []

    def launch_run(self, context: LaunchRunContext) -> None:
        thread = threading.Thread(target=super().launch_run, args=(context,))
        thread.start()
        self._threads.append(thread)

    def dispose(self) -> None:
        for thread in self._threads:
            thread.join()


_OVERRIDES = {
    "run_launcher": {"module": __name__, "class": ThreadRunLauncher.__name__},
    # Runs begin when they are launched: the queue would need the daemon.
    "run_coordinator": {
        "module": "dagster._core.run_coordinator",
        "class": "DefaultRunCoordinator",
    },
    # What steps print is pytest's to show; to catch it takes four processes a step.
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    },
}


@dataclass(frozen=True)
class SmallDagster:
    """
    Attributes:
        url: of its UI.
    """

    url: str
    instance: DagsterInstance


@contextmanager
def small_dagster(settings: Settings) -> Iterator[SmallDagster]:
    """Dagster over a home, which the environment of this process has to name too."""
    reference = InstanceRef.from_dir(str(ensure_dagster_home(settings)), overrides=_OVERRIDES)
    code = LoadableTargetOrigin(
        executable_path=sys.executable, module_name="xero_pipeline.definitions"
    )
    location = InProcessWorkspaceLoadTarget(InProcessCodeLocationOrigin(code))
    with (
        DagsterInstance.from_ref(reference) as instance,
        WorkspaceProcessContext(instance, location) as workspace,
        listening(create_app_from_workspace_process_context(workspace)) as url,
    ):
        yield SmallDagster(url, instance)
