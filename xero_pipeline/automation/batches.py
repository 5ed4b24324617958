"""Runs carry batches of organisations: how they are cut, asked for, and found again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from xero_pipeline.assets.extraction import EXTRACTION_OP
from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS_NAME
from xero_pipeline.sync import Depth

ORGANISATIONS_A_RUN = 200
"""Starting a run costs seconds and an organisation without changes tenths of one; a run that fails
takes its organisations with it."""

IN_PROCESS_TAG = "xero_pipeline/in_process"
"""On runs that the daemon did not launch. Nobody notices when such a process is killed, so that its
organisations must not count as being read until its run has ended."""

_PARTITION_TAG = "dagster/partition"
_RANGE_TAGS = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def extraction_config(organisations: Sequence[str], depth: Depth) -> dict[str, Any]:
    """The config of one run over these organisations, by their keys; none: over all."""
    config = {"organisations": list(organisations), "depth": depth.value}
    return {"ops": {EXTRACTION_OP: {"config": config}}}


def run_requests(
    organisations: Sequence[str], depth: Depth, slot: str, job_name: str | None = None
) -> list[dg.RunRequest]:
    """One run for each batch of organisations, in the order given.

    Args:
        slot: the day or minute for which they are asked, in the keys of the runs: a tick that is
            repeated after a crash asks for none of them twice.
        job_name: for a sensor or schedule of several jobs.
    """
    batches = [
        organisations[start : start + ORGANISATIONS_A_RUN]
        for start in range(0, len(organisations), ORGANISATIONS_A_RUN)
    ]
    return [
        dg.RunRequest(
            run_key=f"{depth.value}:{slot}:{_digest(batch)}",
            run_config=extraction_config(batch, depth),
            tags={"xero_pipeline/organisations": str(len(batch))},
            job_name=job_name,
        )
        for batch in batches
    ]


def _digest(batch: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sorted(batch)).encode()).hexdigest()[:16]


def in_progress(instance: dg.DagsterInstance) -> set[str]:
    """The organisations that an unfinished run of the daemon's reads."""
    partitions = instance.get_dynamic_partitions(ORGANISATION_PARTITIONS_NAME)
    runs = instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED))
    return {
        organisation
        for run in runs
        if IN_PROCESS_TAG not in run.tags
        for organisation in _organisations_of(run, partitions)
    }


def _organisations_of(run: dg.DagsterRun, partitions: Sequence[str]) -> Sequence[str]:
    """By partition, by range of partitions, or by config, where none named means all."""
    if _PARTITION_TAG in run.tags:
        return [run.tags[_PARTITION_TAG]]
    first, last = (run.tags.get(tag) for tag in _RANGE_TAGS)
    if first in partitions and last in partitions:
        return partitions[partitions.index(first) : partitions.index(last) + 1]
    config = _extraction_config_of(run.run_config)
    return [] if config is None else config.get("organisations") or partitions


def _extraction_config_of(run_config: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """None for a run that was not asked to read anything."""
    config: Mapping[str, Any] | None = (
        run_config.get("ops", {}).get(EXTRACTION_OP, {}).get("config")
    )
    return config
