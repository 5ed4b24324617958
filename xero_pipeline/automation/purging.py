"""Forget what was read of an organisation, in the warehouse and in what is published."""

from __future__ import annotations

from dataclasses import dataclass

from xero_pipeline.automation.refresh import publish_in_process
from xero_pipeline.connections import Connections
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse import (
    Landing,
    purge_organisation,
    remove_earlier_snapshots,
    unpublish,
)


@dataclass(frozen=True)
class Forgotten:
    """What was deleted.

    Attributes:
        files: landed ones.
        rows: of the warehouse.
        problems: why the published figures still hold it; empty when they do not.
    """

    files: int
    rows: int
    problems: tuple[str, ...] = ()


def purge(settings: Settings, organisation_id: str) -> Forgotten:
    """Delete an organisation's pages and rows, publish without it, and drop earlier snapshots.

    Its connection has to be removed before. Failed or killed, it is finished by calling it again.

    Args:
        organisation_id: Xero's tenant id.

    Raises:
        LandingBusy, WarehouseBusy
    """
    purged = purge_organisation(organisation_id, Landing(settings.landing), settings.build_database)
    with Connections.open(settings) as connections:
        connections.mark_purged(organisation_id)
    if not purged.organisations_left:
        unpublish(settings.home)
        return Forgotten(purged.files, purged.rows)
    outcome = publish_in_process(settings)
    if outcome.is_published:
        remove_earlier_snapshots(settings.home)
        return Forgotten(purged.files, purged.rows)
    return Forgotten(purged.files, purged.rows, outcome.problems)
