"""One organisation's sync: land every page, then load all of it in one go. Knows no Dagster.

Landing needs no lock on the warehouse and takes as long as Xero's limits allow; loading holds it
for a moment. A sync that is killed leaves landed batches behind, which the next one loads first,
and a cursor that has not moved.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import duckdb

from xero_pipeline.connections.locks import Locks
from xero_pipeline.sync.depth import Depth
from xero_pipeline.sync.known import read_known
from xero_pipeline.sync.landing import land_organisation
from xero_pipeline.sync.loading import brought, failure_of, load_waiting
from xero_pipeline.sync.one_at_a_time import Turn, Turns, still_needed
from xero_pipeline.sync.request import Request, denials, remembered_denials
from xero_pipeline.sync.results import OrganisationSync
from xero_pipeline.warehouse import Landing, create_tables
from xero_pipeline.xero import OrganisationClient

logger = logging.getLogger(__name__)

OpenWarehouse = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]


def sync_organisation(
    client: OrganisationClient,
    landing: Landing,
    open_warehouse: OpenWarehouse,
    *,
    xero_organisation_id: str | None = None,
    only: Collection[str] | None = None,
    depth: Depth = Depth.NIGHTLY,
) -> OrganisationSync:
    """Read what changed in one organisation since its last sync, into its raw tables.

    Waits while another sync reads the organisation, here or in another process.

    Args:
        client: of the organisation, made for this sync: its usage is what the sync cost.
        landing: where pages go; the locks lie in `locks` beside it.
        open_warehouse: opens the build database; held only to read cursors and to load.
        xero_organisation_id: the OrganisationID that must answer; None: the tenant id, which it
            equals in practice.
        only: names of endpoints and reports; None: all. The organisation itself always comes
            along: it says whose books these are and what day it is there.
        depth: how much to ask for.

    Raises:
        WrongOrganisation: another organisation answers; nothing was read.
        XeroError: the first failure that is not about one endpoint alone. What was landed before
            it is loaded and counts.
        WarehouseError: landing or loading failed; cursors have not moved past what is loaded.
    """
    requested_at = datetime.now(UTC)
    with turns_beside(landing).take(client.organisation_id, client.organisation_name) as turn:
        needed = still_needed(depth, only, requested_at, turn.ended)
        if needed is None:
            return done_by_another(client, requested_at)
        request = request_for(turn, client, needed, only, xero_organisation_id)
        return _sync(turn, client, landing, open_warehouse, request)


def turns_beside(landing: Landing, locks: Locks | None = None) -> Turns:
    """The turns of the home that this landing folder lies in.

    Args:
        locks: those of the state; None: of this machine.
    """
    folder = landing.root.parent / "locks"
    return Turns(folder, locks) if locks else Turns.of_this_machine(folder)


def request_for(
    turn: Turn,
    client: OrganisationClient,
    depth: Depth,
    only: Collection[str] | None,
    xero_organisation_id: str | None,
) -> Request:
    """What to ask for, knowing what was refused before."""
    denied = remembered_denials(turn.refused, client.organisation_name, client.endpoints)
    return Request(depth, only, xero_organisation_id, denied)


def done_by_another(client: OrganisationClient, at: datetime) -> OrganisationSync:
    """The result for one that waited and has nothing left to do."""
    logger.info("%s: read by another sync meanwhile", client.organisation_name)
    return OrganisationSync(
        organisation_id=client.organisation_id,
        organisation_name=client.organisation_name,
        started_at=at,
        endpoints={},
        skipped={},
        seconds=0.0,
        was_done_by_another=True,
    )


def _sync(
    turn: Turn,
    client: OrganisationClient,
    landing: Landing,
    open_warehouse: OpenWarehouse,
    request: Request,
) -> OrganisationSync:
    turn.begin(request.depth, request.only)
    ids = [client.organisation_id]
    with open_warehouse() as connection:
        create_tables(connection)
        # What a killed sync left, so that its cursors count.
        left = load_waiting(connection, landing, ids)
        known = read_known(connection, ids, client.endpoints, request.depth, client.aged_contacts)
    landed = land_organisation(client, landing, known[client.organisation_id], request)
    with open_warehouse() as connection:
        loaded = load_waiting(connection, landing, ids)
    if failure := failure_of(landed, loaded):
        raise failure
    turn.complete(denials(landed.skipped))
    sync = brought(landed, left, loaded)
    log_end(sync)
    return sync


def log_end(sync: OrganisationSync) -> None:
    logger.info(
        "%s: %d calls, %d bytes, %d rows changed",
        sync.organisation_name,
        sync.calls,
        sync.wire_bytes,
        sync.rows_changed,
    )
