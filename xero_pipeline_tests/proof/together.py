"""Syncs several companies together: each is landed by itself, all are loaded in one go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor

import duckdb

from xero_pipeline.sync import (
    OrganisationSync,
    Request,
    brought,
    failure_of,
    land_organisation,
    load_waiting,
    read_known,
)
from xero_pipeline.warehouse import Landing
from xero_pipeline.xero import ENDPOINTS, OrganisationClient


def sync_together(
    clients: Mapping[str, Callable[[], OrganisationClient]],
    landing: Landing,
    warehouse: duckdb.DuckDBPyConnection,
    threads: Executor,
    request: Request,
) -> dict[str, OrganisationSync | Exception]:
    """One sync of every company, as `sync_organisations` does it for a group.

    Args:
        clients: tenant id -> makes the client when it is that company's turn.

    Returns:
        Tenant id -> what it brought, or what broke it off.
    """
    left = load_waiting(warehouse, landing, clients)
    known = read_known(warehouse, clients, ENDPOINTS, request.depth)
    landed = {}
    for tenant, begin in clients.items():
        with begin() as client:
            landed[tenant] = land_organisation(client, landing, known[tenant], request, threads)
    loaded = load_waiting(warehouse, landing, clients)
    return {
        tenant: failure_of(each, loaded) or brought(each, left, loaded)
        for tenant, each in landed.items()
    }
