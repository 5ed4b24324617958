"""A refresh in this process: what the command line does instead of asking the daemon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg

from xero_pipeline.assets import ALL_ASSETS, EXTRACTION_KEYS, RESOURCES
from xero_pipeline.assets.deliveries import ALL_READ
from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS_NAME, PUBLISHED, WRITEBACK
from xero_pipeline.assets.writeback import ALL_ARRIVED
from xero_pipeline.automation.batches import (
    IN_PROCESS_TAG,
    extraction_config,
    writeback_config,
)
from xero_pipeline.automation.causes import cause
from xero_pipeline.automation.instance import dagster_instance
from xero_pipeline.settings import Settings
from xero_pipeline.sync import Depth

# Progress comes from our own loggers; Dagster's event log is kept in its instance for the UI.
_QUIET = {"console": {"config": {"log_level": "CRITICAL"}}}


@dataclass(frozen=True)
class Outcome:
    """How a refresh ended.

    Attributes:
        problems: what failed, in plain words; empty when nothing did.
        is_published: a new snapshot is out, perhaps without the organisations that failed.
    """

    problems: tuple[str, ...]
    is_published: bool


def refresh_in_process(
    settings: Settings, organisations: Sequence[str], *, depth: Depth = Depth.NIGHTLY
) -> Outcome:
    """Read organisations, rebuild their models, check and publish, in one run.

    An organisation that fails does not keep the others from being published.

    Args:
        organisations: keys of connected organisations, which are their partitions.
        depth: how much to ask for.
    """
    everything = dg.AssetSelection.all()
    reading = everything - dg.AssetSelection.assets(WRITEBACK)
    return _in_process(settings, organisations, reading, extraction_config(organisations, depth))


def write_back_in_process(settings: Settings, organisations: Sequence[str]) -> Outcome:
    """Send approved answers of clients to Xero, then read and publish what became of them.

    Args:
        organisations: keys of connected organisations.
    """
    config = writeback_config(organisations)
    return _in_process(settings, organisations, dg.AssetSelection.all(), config)


def _in_process(
    settings: Settings,
    organisations: Sequence[str],
    selection: dg.AssetSelection,
    config: Mapping[str, Any],
) -> Outcome:
    with dagster_instance(settings) as instance:
        instance.add_dynamic_partitions(ORGANISATION_PARTITIONS_NAME, list(organisations))
        result = dg.materialize(
            ALL_ASSETS,
            selection=selection,
            instance=instance,
            resources=RESOURCES,
            run_config={**config, "loggers": _QUIET},
            tags={IN_PROCESS_TAG: "true"},
            raise_on_error=False,
        )
    problems = (*_told_by(result, ALL_ARRIVED), *_told_by(result, ALL_READ), *_problems(result))
    return Outcome(problems, _is_published(result))


def publish_in_process(settings: Settings) -> Outcome:
    """Build every model from the raw tables as they are, check and publish. Asks Xero nothing."""
    with dagster_instance(settings) as instance:
        result = dg.materialize(
            ALL_ASSETS,
            selection=dg.AssetSelection.all()
            - dg.AssetSelection.assets(WRITEBACK, *EXTRACTION_KEYS),
            instance=instance,
            resources=RESOURCES,
            run_config={"loggers": _QUIET},
            tags={IN_PROCESS_TAG: "true"},
            raise_on_error=False,
        )
    return Outcome(tuple(_problems(result)), _is_published(result))


def _is_published(result: dg.ExecuteInProcessResult) -> bool:
    return bool(result.asset_materializations_for_node(PUBLISHED.to_python_identifier()))


def _told_by(result: dg.ExecuteInProcessResult, spec: dg.AssetCheckSpec) -> Iterator[str]:
    """The sentences of a check that did not pass."""
    for check in result.get_asset_check_evaluations():
        if check.check_name == spec.name and not check.passed:
            yield from (str(problem.value) for problem in check.metadata.values())


def _problems(result: dg.ExecuteInProcessResult) -> list[str]:
    """One sentence per failed step: the cause as our own rooms worded it."""
    return [
        cause(event.step_failure_data)
        for event in result.all_events
        if event.event_type is dg.DagsterEventType.STEP_FAILURE
    ]
