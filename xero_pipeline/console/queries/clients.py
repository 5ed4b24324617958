"""Clients, and how likely each is to pay late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from xero_pipeline.console.queries.columns import columns


@dataclass(frozen=True)
class Client:
    client_name: str


CLIENT = f"""
select {columns(Client)}
from marts.clients
where organisation_id = $organisation::uuid and client_key = $contact::uuid
"""


@dataclass(frozen=True)
class Risk:
    """How likely a client is to pay late, and what that puts at stake; see marts.overdue_risk."""

    contact_id: UUID
    contact_name: str
    band: str
    score: int | None
    reason_codes: list[str]
    sentence: str
    open_invoices: int
    outstanding_base: Decimal
    overdue_base: Decimal
    exposure_base: Decimal
    p_over_30: Decimal
    next_expected_date: date | None


_RISKS = f"""
select {columns(Risk)}
from marts.overdue_risk
where organisation_id = $organisation::uuid and {{wanted}}
order by score desc nulls last, exposure_base desc, contact_id
"""

RISKS = _RISKS.format(wanted="open_invoices > 0")
CLIENT_RISK = _RISKS.format(wanted="contact_id = $contact::uuid")
