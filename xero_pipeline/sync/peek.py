"""Whether anything has changed that client tasks are made of: a call an endpoint, and no sync.

A sync lands, loads, builds and publishes, which is worth it when there is news. Most minutes there
is none: a peek finds that out and leaves nothing behind but what it has seen.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from xero_pipeline.sync.plan import OVERLAP
from xero_pipeline.xero import ENDPOINTS, Endpoint, OrganisationClient
from xero_pipeline.xero.errors import MissingPermission, MissingScope

logger = logging.getLogger(__name__)

_TASK_ENDPOINTS = ("bank_transactions", "invoices", "credit_notes", "manual_journals")


class Peek(BaseModel):
    """What was seen at one look.

    Attributes:
        at: Xero's clock (UTC); the next look asks for what changed since, and a little more.
        seen: endpoint -> the records that were listed, each with the time of its last edit.
    """

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    seen: Mapping[str, frozenset[str]] = {}

    @classmethod
    def beginning(cls, read_at: datetime) -> Peek:
        """Before the first look, of an organisation that was last read then."""
        return cls(at=read_at)


def endpoints_of(document_types: Iterable[Collection[str] | None]) -> tuple[Endpoint, ...]:
    """What has to be asked for the tasks of an organisation.

    Args:
        document_types: for each of its watched accounts Xero's types; None: all of them.
    """
    wanted: set[str] = set()
    for types in document_types:
        wanted.update(_TASK_ENDPOINTS if types is None else map(_endpoint, types))
    return tuple(endpoint for endpoint in ENDPOINTS if endpoint.name in wanted)


def _endpoint(document_type: str) -> str:
    if document_type == "MANUALJOURNAL":
        return "manual_journals"
    if document_type.endswith("CREDIT"):
        return "credit_notes"
    return "invoices" if document_type.startswith("ACC") else "bank_transactions"


def peek(
    client: OrganisationClient, endpoints: Sequence[Endpoint], before: Peek
) -> tuple[Peek, bool]:
    """Look once, and say whether something is new since the look before.

    What is not allowed to be read has no news.

    Raises:
        XeroError: any other; nothing is known then, and the look before still counts.
    """
    at: datetime | None = None
    seen: dict[str, frozenset[str]] = {}
    for endpoint in endpoints:
        try:
            page = next(client.pages(endpoint, before.at - OVERLAP))
        except (MissingScope, MissingPermission) as error:
            logger.warning("%s", error)
            continue
        at = at or page.server_time
        records = json.loads(page.body)[endpoint.list_key]
        seen[endpoint.name] = frozenset(
            f"{record[endpoint.id_field]} {record.get('UpdatedDateUTC')}" for record in records
        )
    has_news = any(seen[name] - before.seen.get(name, frozenset()) for name in seen)
    return Peek(at=at or before.at, seen=seen), has_news
