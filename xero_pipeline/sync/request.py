"""What is asked of a sync, and how that hangs together with the syncs before it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from xero_pipeline.sync.depth import Depth
from xero_pipeline.sync.plan import Known, calls_without_changes
from xero_pipeline.xero import CONTACT_REPORTS, REPORTS, Endpoint, Report, XeroError
from xero_pipeline.xero.errors import MissingPermission, MissingScope


@dataclass(frozen=True)
class Request:
    """What is to be read of an organisation.

    Attributes:
        depth: how much to ask for.
        only: names of endpoints and reports; None: all. The organisation itself always comes
            along: it says whose books these are and what day it is there.
        xero_organisation_id: the OrganisationID that must answer; None: the tenant id, which it
            equals in practice.
        denied: what an earlier sync was refused, and why: it is asked for at night only.
    """

    depth: Depth
    only: Collection[str] | None = None
    xero_organisation_id: str | None = None
    denied: Mapping[str, XeroError] = field(default_factory=dict)

    def calls_at_least(self, known: Known) -> int:
        """What it costs where nothing has changed. Half a sync leaves tables of different days."""
        of_contacts = sum(map(len, known.contacts.values()))
        if self.only is None:
            return calls_without_changes(self.depth) + of_contacts
        return 1 + len(self.only) + of_contacts


def denials(skipped: Mapping[str, XeroError]) -> dict[str, str]:
    """What was refused, as it is remembered: endpoint -> name of the error."""
    return {name: type(error).__name__ for name, error in skipped.items()}


def remembered_denials(
    refused: Mapping[str, str], organisation: str, endpoints: Collection[Endpoint]
) -> dict[str, XeroError]:
    """The errors that `denials` was made from."""
    sources: list[Endpoint | Report] = [*endpoints, *REPORTS, *CONTACT_REPORTS]
    return {
        source.name: _denial(refused[source.name], organisation, source)
        for source in sources
        if source.name in refused
    }


def _denial(error: str, organisation: str, source: Endpoint | Report) -> XeroError:
    if error == MissingScope.__name__:
        return MissingScope(organisation, source.name, source.scopes[0])
    return MissingPermission(organisation, source.name)
