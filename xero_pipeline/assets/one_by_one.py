"""Several organisations' syncs, one after the other."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from xero_pipeline.connections import Connections
from xero_pipeline.sync import Depth, OrganisationSync, sync_organisation
from xero_pipeline.sync.organisation import OpenWarehouse
from xero_pipeline.warehouse import Landing


@dataclass(frozen=True)
class SyncFailure:
    """Why an organisation could not be read."""

    organisation_key: str
    organisation_name: str
    error: Exception


def sync_organisations(
    connections: Connections,
    landing: Landing,
    open_warehouse: OpenWarehouse,
    organisations: Collection[str],
    *,
    depth: Depth,
    only: Collection[str] | None = None,
) -> Iterator[OrganisationSync | SyncFailure]:
    """Read these organisations; one that fails does not keep the others from being read."""
    for organisation in organisations:
        known = connections.find(organisation)
        try:
            with connections.syncing(organisation) as client:
                yield sync_organisation(
                    client,
                    landing,
                    open_warehouse,
                    xero_organisation_id=known.xero_organisation_id,
                    only=only,
                    depth=depth,
                )
        except Exception as error:
            yield SyncFailure(known.organisation_key, known.organisation_name, error)
