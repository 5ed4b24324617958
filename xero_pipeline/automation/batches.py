"""Runs carry batches of organisations: how they are cut, asked for, and found again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import dagster as dg

from xero_pipeline.assets.extraction import EXTRACTION_OP
from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS_NAME
from xero_pipeline.assets.writeback import WRITEBACK_OP
from xero_pipeline.sync import Depth

ORGANISATIONS_A_RUN = 200
"""Starting a run costs seconds and an organisation without changes tenths of one; a run that fails
takes its organisations with it."""

IN_PROCESS_TAG = "xero_pipeline/in_process"
"""On runs that the daemon did not launch. Nobody notices when such a process is killed, so that its
organisations must not count as being read until its run has ended."""

_ASKED_AT_TAG = "xero_pipeline/asked_at"
_SCHEDULE_TAG = "dagster/schedule_name"
_REMEMBERED_RUNS = 500
"""More than a schedule asks for in a week: for a batch of some organisations, or for those of one
time zone."""

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


def writeback_config(organisations: Sequence[str]) -> dict[str, Any]:
    """The config of a run that sends answers of these organisations, by their keys, and reads them
    afterwards; none: of all."""
    config = extraction_config(organisations, Depth.INCREMENT)
    config["ops"][WRITEBACK_OP] = {"config": {"organisations": list(organisations)}}
    return config


def run_requests(
    organisations: Sequence[str], depth: Depth, asked_at: datetime
) -> list[dg.RunRequest]:
    """One run for each batch of organisations, in the order given.

    Args:
        asked_at: the time of the tick (UTC).
    """
    return [
        one_run(organisations[start : start + ORGANISATIONS_A_RUN], depth, asked_at)
        for start in range(0, len(organisations), ORGANISATIONS_A_RUN)
    ]


def one_run(organisations: Sequence[str], depth: Depth, asked_at: datetime) -> dg.RunRequest:
    """All in one. Its key is that of the tick: repeated after a crash, it asks for nothing twice.

    Args:
        asked_at: the time of the tick (UTC).
    """
    tick = asked_at.isoformat(timespec="seconds")
    return dg.RunRequest(
        run_key=f"{depth.value}:{tick}:{_digest(organisations)}",
        run_config=extraction_config(organisations, depth),
        tags={
            "xero_pipeline/organisations": str(len(organisations)),
            _ASKED_AT_TAG: asked_at.isoformat(),
        },
    )


def _digest(batch: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sorted(batch)).encode()).hexdigest()[:16]


def in_progress(instance: dg.DagsterInstance) -> set[str]:
    """The organisations that an unfinished run of the daemon's reads."""
    return _read_by(instance, dg.RunsFilter(statuses=_UNFINISHED))


def asked_for_since(instance: dg.DagsterInstance, since: datetime) -> set[str]:
    """The organisations that runs of the daemon's were created for, however they ended.

    The history of runs is what a sensor remembers: it survives every restart.

    Args:
        since: UTC.
    """
    return _read_by(instance, dg.RunsFilter(created_after=since))


def last_asked(instance: dg.DagsterInstance, schedule: str) -> dict[str, datetime]:
    """Organisation -> when this schedule last asked for it (UTC), of those it did of late."""
    of_schedule = dg.RunsFilter(tags={_SCHEDULE_TAG: schedule})
    asked: dict[str, datetime] = {}
    for run in instance.get_runs(of_schedule, limit=_REMEMBERED_RUNS):  # the newest first
        if _ASKED_AT_TAG in run.tags:
            asked_at = datetime.fromisoformat(run.tags[_ASKED_AT_TAG])
            for organisation in _organisations_of(run, partitions=[]):
                asked.setdefault(organisation, asked_at)
    return asked


def _read_by(instance: dg.DagsterInstance, runs: dg.RunsFilter) -> set[str]:
    partitions = instance.get_dynamic_partitions(ORGANISATION_PARTITIONS_NAME)
    return {
        organisation
        for run in instance.get_runs(runs)
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
