"""One POST of Xero's: some events, or none when it only asks whether we listen."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Event(BaseModel):
    """Something happened to a record. Kinds that Xero adds are taken in like the others.

    Attributes:
        organisation_id: Xero's tenant id; for events of `tenantType` APPLICATION the app's.
        category: INVOICE, CONTACT, CREDITNOTE ...
        type: CREATE or UPDATE.
        happened_at: Xero's own text, UTC with milliseconds and without a zone.
    """

    model_config = ConfigDict(frozen=True)

    organisation_id: str = Field(alias="tenantId")
    tenant_type: str = Field("ORGANISATION", alias="tenantType")
    resource_id: str = Field(alias="resourceId")
    category: str = Field(alias="eventCategory")
    type: str = Field(alias="eventType")
    happened_at: str = Field(alias="eventDateUtc")


class Delivery(BaseModel):
    """A signed body. Without events it is Xero's intent-to-receive check."""

    model_config = ConfigDict(frozen=True)

    events: tuple[Event, ...]

    def about_organisations(self) -> tuple[Event, ...]:
        """Those that tell of changed books; the rest is about the app's subscriptions."""
        wanted: Literal["ORGANISATION"] = "ORGANISATION"
        return tuple(event for event in self.events if event.tenant_type == wanted)
