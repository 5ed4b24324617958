"""`xero/*`: one asset per raw table, partitioned by organisation, filled together by one sync."""

from collections.abc import Iterator, Sequence
from functools import partial

import dagster as dg

from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS, raw_key
from xero_pipeline.assets.resources import Pipeline, Warehouse
from xero_pipeline.connections import Connections
from xero_pipeline.sync import Depth, EndpointSync, OrganisationSync, sync_organisation
from xero_pipeline.warehouse import Landing, raw_columns
from xero_pipeline.xero import ENDPOINTS, REPORTS, Endpoint, LimitError, PermanentError, Report

EXTRACTION_OP = "xero"

_ORGANISATION = raw_key("organisation")


class Extraction(dg.Config):
    """How much to read.

    Attributes:
        full: list everything again instead of what changed since the last sync.
    """

    full: bool = False


def _spec(source: Endpoint | Report) -> dg.AssetSpec:
    key = raw_key(source.name)
    kind = "as of the organisation's day" if isinstance(source, Report) else "its latest state"
    columns = [dg.TableColumn(name, type_) for name, type_ in raw_columns(source.name).items()]
    return dg.AssetSpec(
        key,
        group_name="xero",
        deps=[] if key == _ORGANISATION else [_ORGANISATION],
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
    partitions_def=ORGANISATION_PARTITIONS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    can_subset=True,
)
def extraction(
    context: dg.AssetExecutionContext, config: Extraction, pipeline: Pipeline, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult[None]]:
    """Land what Xero has, load it, and tell what it cost.

    An organisation that fails does not keep the others of its run from being read.
    """
    selected = [spec.key for spec in _SPECS if spec.key in context.selected_asset_keys]
    syncs: list[OrganisationSync] = []
    failures: list[Exception] = []
    with pipeline.connections() as connections:
        read = partial(
            _read, connections, pipeline.landing(), warehouse, selected, is_full=config.full
        )
        for organisation in context.partition_keys:
            try:
                sync = read(organisation)
            except Exception as failure:
                failures.append(failure)
            else:
                syncs.append(sync)
    _raise_first(failures)
    for key in selected:
        yield dg.MaterializeResult(asset_key=key, metadata=_metadata(key.path[-1], syncs))


def _read(
    connections: Connections,
    landing: Landing,
    warehouse: Warehouse,
    selected: Sequence[dg.AssetKey],
    organisation: str,
    *,
    is_full: bool,
) -> OrganisationSync:
    with connections.syncing(organisation) as client:
        return sync_organisation(
            client,
            landing,
            warehouse.get_connection,
            xero_organisation_id=connections.find(organisation).xero_organisation_id,
            only={key.path[-1] for key in selected},
            depth=Depth.FULL if is_full else Depth.NIGHTLY,
        )


def _raise_first(failures: Sequence[Exception]) -> None:
    """A failure that asking again cannot mend must not be retried by Dagster either."""
    if not failures:
        return
    first = failures[0]
    described = "\n".join(str(failure) for failure in failures)
    if isinstance(first, PermanentError | LimitError):
        raise dg.Failure(described, allow_retries=False) from first
    raise dg.Failure(described) from first


def _metadata(endpoint: str, syncs: Sequence[OrganisationSync]) -> dict[str, dg.MetadataValue]:
    found = [sync.endpoints[endpoint] for sync in syncs if endpoint in sync.endpoints]
    skipped = [sync.skipped[endpoint] for sync in syncs if endpoint in sync.skipped]
    metadata: dict[str, dg.MetadataValue] = {
        "organisations": dg.MetadataValue.text(", ".join(s.organisation_name for s in syncs)),
        "mode": dg.MetadataValue.text(_mode(found)),
        "rows received": dg.MetadataValue.int(sum(each.rows_received for each in found)),
        "rows changed": dg.MetadataValue.int(sum(each.rows_changed for each in found)),
        "rows removed": dg.MetadataValue.int(sum(each.rows_removed for each in found)),
        "calls": dg.MetadataValue.int(sum(each.calls for each in found)),
        "bytes on the wire": dg.MetadataValue.int(sum(each.wire_bytes for each in found)),
        "bytes decoded": dg.MetadataValue.int(sum(each.body_bytes for each in found)),
        "seconds (whole sync)": dg.MetadataValue.float(round(sum(s.seconds for s in syncs), 3)),
    }
    if skipped:
        metadata["left out"] = dg.MetadataValue.text("\n".join(str(reason) for reason in skipped))
    return metadata


def _mode(found: Sequence[EndpointSync]) -> str:
    if not found:
        return "left out"
    return "full" if any(each.is_full for each in found) else "increment"
