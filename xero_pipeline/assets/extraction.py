"""`xero/*`: one asset per raw table, partitioned by organisation, filled together by one run.

A run reads many organisations. Schedules and sensors name them in its config, since the ones that
are due have no order that a range of partitions could express; people choose partitions in the UI.
Either way every organisation's own partition shows when it was read.
"""

from collections.abc import Iterator
from typing import Literal

import dagster as dg
from pydantic import Field

from xero_pipeline.assets.deliveries import ALL_READ, NOTHING_MISSING, Deliveries, Marks
from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS, WRITEBACK, raw_key
from xero_pipeline.assets.resources import Pipeline, Warehouse
from xero_pipeline.connections import Connections
from xero_pipeline.sync import Depth, processes_for, sync_organisations
from xero_pipeline.warehouse import raw_columns
from xero_pipeline.xero import (
    ATTACHMENTS,
    CONTACT_REPORTS,
    ENDPOINTS,
    EXTRA_ENDPOINTS,
    REPORTS,
    Asker,
    Endpoint,
    Report,
)

EXTRACTION_OP = "xero"

_AUTOMATIC_TAGS = ("dagster/schedule_name", "dagster/sensor_name")


class Extraction(dg.Config):
    """What to read.

    Attributes:
        organisations: their keys, for a run without a partition; empty: all that may be read.
        depth: `increment` what Xero announces; `nightly` also what it changes in silence; `full`
            everything again.
    """

    organisations: list[str] = Field(default=[])
    depth: Literal["increment", "nightly", "full"] = "nightly"


def _spec(source: Endpoint | Report) -> dg.AssetSpec:
    """Without dependencies among each other: Dagster would look up the partitions of a table that
    another one depends on, and a run over many organisations has none. What a run writes to Xero it
    writes before it reads."""
    kind = _KINDS.get(source.name, "its latest state")
    unless_off = " Read where `XERO_EXTRA_ENDPOINTS` names it." if source in EXTRA_ENDPOINTS else ""
    columns = [dg.TableColumn(name, type_) for name, type_ in raw_columns(source.name).items()]
    return dg.AssetSpec(
        raw_key(source.name),
        deps=[WRITEBACK] if source.name == "organisation" else [],
        group_name="xero",
        description=f"`raw.{source.name}`: Xero's `{source.path}`, {kind}.{unless_off}",
        kinds={"xero", "duckdb"},
        metadata={
            "dagster/table_name": f"warehouse.raw.{source.name}",
            "dagster/column_schema": dg.TableSchema(columns=columns),
            "scopes (any one)": ", ".join(source.scopes),
        },
    )


_KINDS = {report.name: "as of the organisation's day" for report in REPORTS} | {
    report.name: "of a few contacts a night, the newest of each" for report in CONTACT_REPORTS
}
_KINDS[ATTACHMENTS.name] = "the files of the documents that open client tasks are about"
_SOURCES: tuple[Endpoint | Report, ...] = (
    *ENDPOINTS,
    *EXTRA_ENDPOINTS,
    *REPORTS,
    *CONTACT_REPORTS,
    ATTACHMENTS,
)
_SPECS = [_spec(source) for source in _SOURCES]
# No model reads these. Dagster skips what stands on an asset that a run says nothing of: all others
# are told of even when they brought nothing.
_NOT_ALWAYS_READ = {raw_key(source.name) for source in EXTRA_ENDPOINTS}


@dg.multi_asset(
    name=EXTRACTION_OP,
    specs=_SPECS,
    check_specs=[ALL_READ, NOTHING_MISSING],
    partitions_def=ORGANISATION_PARTITIONS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    can_subset=True,
)
def extraction(
    context: dg.AssetExecutionContext, config: Extraction, pipeline: Pipeline, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Land what Xero has, load it, and tell what it cost.

    An organisation that fails does not keep the others from being read. In a run of chosen
    partitions it fails the run; among many others it fails a check that names it.
    """
    selected = [spec.key for spec in _SPECS if spec.key in context.selected_asset_keys]
    is_chosen = context.has_partition_key or context.has_partition_key_range
    deliveries, marks = Deliveries(), Marks(context.instance)
    with pipeline.connections() as connections:
        organisations = context.partition_keys if is_chosen else _named(config, connections)
        results = sync_organisations(
            connections,
            pipeline.landing(),
            warehouse.get_connection,
            organisations,
            depth=Depth(config.depth),
            only=None if len(selected) == len(_SPECS) else {key.path[-1] for key in selected},
            asker=asker_of(context.run),
            processes=processes_for(len(organisations)),
        )
        for result in results:
            brought = deliveries.add(result)
            # The partitions that a run was asked for are marked by Dagster itself.
            if brought is not None and not is_chosen:
                for mark in marks.due(brought, selected):
                    context.log_event(mark)
    if deliveries.is_all_failed or (is_chosen and deliveries.failures):
        raise deliveries.failure()
    for key in selected:
        if key not in _NOT_ALWAYS_READ or deliveries.has_read(key):
            yield deliveries.of_table(key)
    if context.selected_asset_check_keys:
        yield deliveries.all_read()
        yield deliveries.nothing_missing()


def _named(config: Extraction, connections: Connections) -> list[str]:
    """The organisations of a run without partitions."""
    known = connections.connections()
    return config.organisations or [each.organisation_key for each in known if each.may_sync]


def asker_of(run: dg.DagsterRun) -> Asker:
    """What nobody asked for by hand leaves the last calls of a day to people."""
    is_automatic = any(tag in run.tags for tag in _AUTOMATIC_TAGS)
    return Asker.SCHEDULE if is_automatic else Asker.PERSON
