"""What a sync asks for: rules over values, without a client, a warehouse or a clock.

A sync asks in two waves. First the endpoints that say by themselves what changed, and at night the
lists that have no such filter. Then those that follow others, if one of these brought something.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from xero_pipeline.sync.depth import Depth
from xero_pipeline.warehouse import Progress
from xero_pipeline.warehouse.attachment_looks import Document
from xero_pipeline.xero import (
    CONTACT_REPORTS,
    ENDPOINTS,
    REPORTS,
    Deletion,
    Endpoint,
    Report,
)

Source = Endpoint | Report

OVERLAP = timedelta(seconds=60)
"""An increment starts this much before the last one began: Xero stamps a record a moment before
it can be listed, and rounds the filter to seconds. What is read twice is loaded once."""

ORGANISATION = next(endpoint for endpoint in ENDPOINTS if endpoint.name == "organisation")
_REPORTS: Sequence[Source] = (*REPORTS, *CONTACT_REPORTS)
_SOURCES: Sequence[Source] = (*ENDPOINTS, *_REPORTS)


@dataclass(frozen=True)
class Known:
    """What is known of an organisation before a sync; instants are UTC.

    Attributes:
        progress: how far its endpoints have come; one without an entry was never read.
        asked_at: endpoint or report -> when it was last read to the end.
        changed_at: endpoint -> the last sync that changed one of its rows.
        reported_on: report -> the latest day that it was read for.
        rows: endpoint -> rows that are there, those found gone left out.
        offsets: endpoint -> the number up to which none is missing, where pages are asked for by
            offset.
        part_settled: invoices whose due date can move in silence.
        contacts: report by contact -> whom to ask it about, one call each.
        documents: those whose files may have changed, in the order of their turn, one call each.
    """

    progress: Progress = field(default_factory=dict)
    asked_at: Mapping[str, datetime] = field(default_factory=dict)
    changed_at: Mapping[str, datetime] = field(default_factory=dict)
    reported_on: Mapping[str, date] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    offsets: Mapping[str, int] = field(default_factory=dict)
    part_settled: Sequence[str] = ()
    contacts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    documents: Sequence[Document] = ()


@dataclass(frozen=True)
class Plan:
    """The rules, applied to one sync of one organisation.

    Attributes:
        depth: how much to ask for.
        known: what the warehouse has.
        today: the organisation's calendar day, for reports.
        only: names of endpoints and reports that may be asked; None: all.
        denied: those that were refused for lack of a scope or permission at the last nightly
            sync. They are tried again at night.
        endpoints: those that are switched on.
    """

    depth: Depth
    known: Known
    today: date
    only: Collection[str] | None = None
    denied: Collection[str] = ()
    endpoints: Sequence[Endpoint] = ENDPOINTS

    def first_wave(self) -> list[Source]:
        """What is asked whatever the others bring."""
        return [source for source in self._permitted() if self._is_asked_anyway(source)]

    def second_wave(self, news: Collection[str]) -> list[Source]:
        """What is asked because of what the first wave brought.

        Args:
            news: names of the endpoints of the first wave that were not silent.
        """
        first = self.first_wave()
        heard = {source.name for source in first} | set(self.denied)
        return [
            source
            for source in self._permitted()
            if source not in first and self._is_due(source, heard, news)
        ]

    def modified_since(self, source: Source) -> datetime | None:
        """The filter for an increment; None: everything is listed."""
        if isinstance(source, Report) or not source.modified_since or self.depth is Depth.FULL:
            return None
        if source.deletion is Deletion.VANISHES and self.depth is Depth.NIGHTLY:
            return None
        progress = self.known.progress.get(source.name)
        return progress.modified_since if progress else None

    def silently_changed(self, source: Source) -> Sequence[str]:
        """Ids to read besides the increment, which does not show that they changed."""
        is_increment = self.modified_since(source) is not None
        if source.name == "invoices" and self.depth is Depth.NIGHTLY and is_increment:
            return self.known.part_settled
        return ()

    def contacts(self, report: Report) -> Sequence[str]:
        """Whom to ask a report by contact about; nobody during the day."""
        return () if self.depth is Depth.INCREMENT else self.known.contacts.get(report.name, ())

    def is_complete_listing(self, endpoint: Endpoint) -> bool:
        """Whether the answer holds every record there is, so that a missing one is gone."""
        is_whole = self.modified_since(endpoint) is None and endpoint.offset_field is None
        return is_whole and (endpoint.deletion is Deletion.VANISHES or not endpoint.paged)

    def offset(self, endpoint: Endpoint) -> int:
        """After which number to go on, where pages are asked for by offset."""
        return 0 if self.depth is Depth.FULL else self.known.offsets.get(endpoint.name, 0)

    def barred(self) -> list[Source]:
        """What is not asked because it would be refused again."""
        denied = self.denied if self.depth is Depth.INCREMENT else ()
        return [source for source in self._wanted() if source.name in denied]

    def _wanted(self) -> list[Source]:
        everything = [e for e in self.endpoints if e.name != ORGANISATION.name] + [*_REPORTS]
        return [each for each in everything if self.only is None or each.name in self.only]

    def _permitted(self) -> list[Source]:
        barred = self.barred()
        return [source for source in self._wanted() if source not in barred]

    def _is_asked_anyway(self, source: Source) -> bool:
        if _is_one_by_one(source):
            return False
        if self.depth is Depth.FULL:
            return True
        if isinstance(source, Report):
            return False
        return source.all_day or self.depth is Depth.NIGHTLY or self._was_never_read(source)

    def _was_never_read(self, source: Source) -> bool:
        return source.name not in self.known.asked_at

    def _is_due(self, source: Source, heard: Collection[str], news: Collection[str]) -> bool:
        if isinstance(source, Report) and source.by_contact:
            return bool(self.contacts(source))
        if isinstance(source, Endpoint) and source.by_document:
            return bool(self.known.documents)
        if source.follows is None:
            return False
        if self._was_never_read(source) or self._is_a_new_day_for(source):
            return True
        followed = source.follows.endpoints
        # The silence of an endpoint that was not asked says nothing.
        return any(
            name in news or name not in heard or self._changed_since_read(name, source)
            for name in followed
        )

    def _is_a_new_day_for(self, source: Source) -> bool:
        return (
            isinstance(source, Report)
            and self.depth is Depth.NIGHTLY
            and self.known.reported_on.get(source.name) != self.today
        )

    def _changed_since_read(self, name: str, source: Source) -> bool:
        """As after a sync that broke off between its waves."""
        changed_at = self.known.changed_at.get(name)
        return changed_at is not None and changed_at > self.known.asked_at[source.name]


def _is_one_by_one(source: Source) -> bool:
    """A call for each contact or document."""
    return source.by_contact if isinstance(source, Report) else source.by_document


def unless_all(only: Collection[str] | None) -> Collection[str] | None:
    """None, which says the same, where nothing is left out."""
    everything = {source.name for source in _SOURCES}
    return None if only is None or everything <= set(only) else only


def calls_without_changes(depth: Depth, aged_contacts: int = 0) -> int:
    """What a sync costs where nothing has changed since the last one, in calls.

    Of a nightly one with its day's first reports and no more than forty part-settled invoices; of
    a full one with a single page for each endpoint.

    Args:
        aged_contacts: customers and suppliers, so many of each, that aged reports are asked about.
    """
    all_day = sum(endpoint.all_day for endpoint in ENDPOINTS)
    if depth is Depth.INCREMENT:
        return all_day
    part_settled = 1 if depth is Depth.NIGHTLY else 0
    of_contacts = aged_contacts * len(CONTACT_REPORTS)
    return len(ENDPOINTS) + len(REPORTS) + part_settled + of_contacts
