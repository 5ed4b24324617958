"""A refresh in this process: what the command line does instead of asking the daemon."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

import dagster as dg

from xero_pipeline.assets import ALL_ASSETS, EXTRACTION_KEYS, RESOURCES
from xero_pipeline.assets.extraction import EXTRACTION_OP
from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS_NAME
from xero_pipeline.automation.instance import dagster_instance
from xero_pipeline.settings import Settings

logger = logging.getLogger(__name__)

# Progress comes from our own loggers; Dagster's event log is kept in its instance for the UI.
_QUIET = {"console": {"config": {"log_level": "CRITICAL"}}}
_EXTRACTION = dg.AssetSelection.assets(*EXTRACTION_KEYS)


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
    settings: Settings, organisations: Sequence[str], *, full: bool = False
) -> Outcome:
    """Extract each organisation in a run of its own, then rebuild, check and publish once.

    An organisation that fails does not keep the others from being published.

    Args:
        organisations: keys of connected organisations, which are their partitions.
        full: list everything again.
    """
    with dagster_instance(settings) as instance:
        instance.add_dynamic_partitions(ORGANISATION_PARTITIONS_NAME, list(organisations))
        extractions = [_extract(instance, each, full) for each in organisations]
        problems = [problem for result in extractions for problem in _problems(result)]
        if not any(result.success for result in extractions):
            return Outcome(tuple(problems), is_published=False)
        started = monotonic()
        models = dg.materialize(
            ALL_ASSETS,
            selection=dg.AssetSelection.all() - _EXTRACTION,
            instance=instance,
            resources=RESOURCES,
            run_config={"loggers": _QUIET},
            raise_on_error=False,
        )
        logger.info("Models, checks and publishing: %.1f s", monotonic() - started)
    return Outcome((*problems, *_problems(models)), is_published=models.success)


def _extract(
    instance: dg.DagsterInstance, organisation: str, full: bool
) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        ALL_ASSETS,
        selection=_EXTRACTION,
        partition_key=organisation,
        instance=instance,
        resources=RESOURCES,
        run_config={"ops": {EXTRACTION_OP: {"config": {"full": full}}}, "loggers": _QUIET},
        raise_on_error=False,
    )


def _problems(result: dg.ExecuteInProcessResult) -> list[str]:
    """One sentence per failed step: the cause as our own rooms worded it."""
    return [
        _cause(event.step_failure_data)
        for event in result.all_events
        if event.event_type is dg.DagsterEventType.STEP_FAILURE
    ]


def _cause(failure: object) -> str:
    """Dagster wraps what a step raised once; below that is the error that our rooms worded."""
    described = getattr(getattr(failure, "user_failure_data", None), "description", None)
    if described:
        return str(described)
    wrapper = getattr(failure, "error", None)
    error = getattr(wrapper, "cause", None) or wrapper
    message = str(getattr(error, "message", "A step failed without saying why."))
    return message.removeprefix(f"{getattr(error, 'cls_name', '')}: ").strip()
