"""The check that shows on `xero/connections` what needs a person."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from xero_pipeline.alerts import Condition
from xero_pipeline.assets.keys import CONNECTIONS

EVERY_CONNECTION_WORKS = dg.AssetCheckSpec(
    "every_connection_works",
    asset=CONNECTIONS,
    description="No connection needs a person, is out of date, or has used up its calls.",
)


def result(present: Sequence[Condition]) -> dg.AssetCheckResult:
    """For a run: warns with a sentence and a remedy for each thing that is wrong."""
    return dg.AssetCheckResult(
        check_name=EVERY_CONNECTION_WORKS.name,
        asset_key=CONNECTIONS,
        passed=not present,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(each.title for each in present) or None,
        metadata={"needed": _table(present)} if present else None,
    )


def evaluation(present: Sequence[Condition]) -> dg.AssetCheckEvaluation:
    """The same, for a sensor: outside runs, Dagster takes this."""
    found = result(present)
    return dg.AssetCheckEvaluation(
        check_name=EVERY_CONNECTION_WORKS.name,
        asset_key=CONNECTIONS,
        passed=found.passed,
        severity=found.severity,
        description=found.description,
        metadata=found.metadata,
    )


def _table(present: Sequence[Condition]) -> dg.MetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord({"subject": each.subject, "what": each.sentence, "do": each.fix})
            for each in present
        ]
    )
