"""`xero/*`: one asset per raw table, partitioned by organisation, filled together by one run.

A run reads many organisations. Schedules and sensors name them in its config, since the ones that
are due have no order that a range of partitions could express; people choose partitions in the UI.
Either way every organisation's own partition shows when it was read.
"""

from collections.abc import Iterator
from typing import Literal

import dagster as dg
from pydantic import Field

from xero_pipeline.assets.deliveries import ALL_READ, Deliveries, Marks
from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS, raw_key
from xero_pipeline.assets.one_by_one import SyncFailure, sync_organisations
from xero_pipeline.assets.resources import Pipeline, Warehouse
from xero_pipeline.connections import Connections
from xero_pipeline.sync import Depth
from xero_pipeline.warehouse import raw_columns
from xero_pipeline.xero import ENDPOINTS, REPORTS, Endpoint, Report

EXTRACTION_OP = "xero"


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
    another one depends on, and a run over many organisations has none."""
    kind = "as of the organisation's day" if isinstance(source, Report) else "its latest state"
    columns = [dg.TableColumn(name, type_) for name, type_ in raw_columns(source.name).items()]
    return dg.AssetSpec(
        raw_key(source.name),
        group_name="xero",
        description=f"`raw.{source.name}`: Xero's `{source.path}`, {kind}.",
        kinds={"xero", "duckdb"},
        metadata={
            "dagster/table_name": f"warehouse.raw.{source.name}",
            "dagster/column_schema": dg.TableSchema(columns=columns),
            "scopes (any one)": ", ".join(source.scopes),
        },
    )


_SOURCES: tuple[Endpoint | Report, ...] = (*ENDPOINTS, *REPORTS)
_SPECS = [_spec(source) for source in _SOURCES]


@dg.multi_asset(
    name=EXTRACTION_OP,
    specs=_SPECS,
    check_specs=[ALL_READ],
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
    deliveries = Deliveries()
    with pipeline.connections() as connections:
        keys = {each.organisation_id: each.organisation_key for each in connections.connections()}
        marks = Marks(context.instance)
        results = sync_organisations(
            connections,
            pipeline.landing(),
            warehouse.get_connection,
            context.partition_keys if is_chosen else _named(config, connections),
            depth=Depth(config.depth),
            only={key.path[-1] for key in selected},
        )
        for result in results:
            if isinstance(result, SyncFailure):
                deliveries.failures.append(result)
                continue
            deliveries.syncs.append(result)
            # Dagster itself marks the partitions that a run was asked for.
            if not is_chosen:
                for mark in marks.due(keys[result.organisation_id], result, selected):
                    context.log_event(mark)
    if deliveries.failures and (is_chosen or not deliveries.syncs):
        raise deliveries.failure()
    yield from (deliveries.of_table(key) for key in selected)
    if context.selected_asset_check_keys:
        yield deliveries.all_read()


def _named(config: Extraction, connections: Connections) -> list[str]:
    """The organisations of a run without partitions."""
    known = connections.connections()
    return config.organisations or [each.organisation_key for each in known if each.may_sync]
