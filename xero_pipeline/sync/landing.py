"""Reading one organisation into the landing folder, without the warehouse."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from xero_pipeline.connections.errors import WrongOrganisation
from xero_pipeline.sync.alarms import Alarms
from xero_pipeline.sync.plan import ORGANISATION, Known, Plan, Source
from xero_pipeline.sync.request import Request
from xero_pipeline.sync.results import Alarm
from xero_pipeline.sync.walk import Walked, Walker
from xero_pipeline.warehouse import Landing, WarehouseError, organisation_zone
from xero_pipeline.warehouse.landing import QuietWalk
from xero_pipeline.xero import OrganisationClient, Page, XeroError
from xero_pipeline.xero.errors import (
    MalformedPage,
    MissingPermission,
    MissingScope,
    RequestRefused,
)
from xero_pipeline.xero.limits import CALLS_AT_ONCE

logger = logging.getLogger(__name__)

_ABOUT_ONE_ENDPOINT = (MalformedPage, RequestRefused)


@dataclass(frozen=True)
class LandedOrganisation:
    """An organisation whose pages lie in the landing folder and wait for loading.

    Attributes:
        started_at: Xero's clock before the first page (UTC).
        quiet: the walks that brought nothing new; they are in the organisation's manifest, too.
        skipped: endpoint -> why Xero would not give it.
        failure: what broke the reading off; what was landed before it counts.
        calls, wire_bytes: what all of it cost.
    """

    organisation_id: str
    organisation_name: str
    started_at: datetime
    quiet: Sequence[QuietWalk]
    skipped: Mapping[str, XeroError]
    alarms: Sequence[Alarm]
    failure: Exception | None
    calls: int
    wire_bytes: int
    seconds: float


def land_organisation(
    client: OrganisationClient,
    landing: Landing,
    known: Known,
    request: Request,
    threads: Executor | None = None,
) -> LandedOrganisation:
    """Ask an organisation what is new and land it; the warehouse is not needed for that.

    Args:
        client: made for this sync: its usage is what the sync cost.
        known: what the warehouse has of this organisation.
        threads: to walk several endpoints at once; None: some of its own.

    Raises:
        WrongOrganisation: another organisation answers; nothing was landed.
        NotEnoughCalls: the day's calls do not suffice for as much as finding that nothing changed.
        XeroError: Xero does not even say who this is; nothing was landed.
        LandingFailed: the disk refuses even the organisation's own page.
    """
    if threads is None:
        with ThreadPoolExecutor(max_workers=CALLS_AT_ONCE) as own:
            return land_organisation(client, landing, known, request, own)
    begun = time.monotonic()
    client.require_calls(request.calls_at_least(known))
    page = _introduction(client, request.xero_organisation_id)
    plan = _plan(client, known, request, page)
    walks = _Walks(Walker(client, landing, plan, page.server_time), threads)
    walks.run(plan.first_wave())
    walks.run(plan.second_wave(walks.news))
    barred = {source.name: request.denied[source.name] for source in plan.barred()}
    _land_introduction(client, landing, page, walks.quiet)
    skipped: dict[str, XeroError] = {**barred, **walks.skipped}
    return LandedOrganisation(
        organisation_id=client.organisation_id,
        organisation_name=client.organisation_name,
        started_at=page.server_time,
        quiet=walks.quiet,
        skipped=skipped,
        alarms=[*walks.alarms, *_refusals(client.organisation_name, known, skipped)],
        failure=walks.failure,
        calls=client.usage.calls,
        wire_bytes=client.usage.wire_bytes,
        seconds=time.monotonic() - begun,
    )


def _introduction(client: OrganisationClient, expected: str | None) -> Page:
    """Ask who this is, and refuse another organisation."""
    page = next(client.pages(ORGANISATION))
    if page.is_empty:
        raise MalformedPage(client.organisation_name, ORGANISATION.name, 1, "it names nobody")
    organisation = json.loads(page.body)[ORGANISATION.list_key][0]
    if organisation["OrganisationID"] != (expected or client.organisation_id):
        raise WrongOrganisation(client.organisation_name, organisation.get("Name", "another"))
    return page


def _plan(client: OrganisationClient, known: Known, request: Request, page: Page) -> Plan:
    organisation = json.loads(page.body)[ORGANISATION.list_key][0]
    zone = organisation_zone(organisation.get("Timezone", ""))
    return Plan(
        depth=request.depth,
        known=known,
        today=page.server_time.astimezone(zone).date(),
        only=request.only,
        denied=request.denied,
        endpoints=client.endpoints,
    )


def _land_introduction(
    client: OrganisationClient, landing: Landing, page: Page, quiet: Sequence[QuietWalk]
) -> None:
    """Last, because it tells of all walks that left nothing else."""
    usage = client.usage.by_endpoint[ORGANISATION.name]
    with landing.begin(
        organisation_id=client.organisation_id,
        endpoint=ORGANISATION.name,
        started_at=page.server_time,
    ) as batch:
        batch.write(page.body)
        batch.finish(calls=usage.calls, wire_bytes=usage.wire_bytes, quiet=quiet)


def _refusals(organisation: str, known: Known, skipped: Mapping[str, XeroError]) -> list[Alarm]:
    return [
        Alarms(organisation, name).refused(known.rows.get(name, 0), str(error))
        for name, error in skipped.items()
    ]


@dataclass
class _Walks:
    """The walks of one sync, a few at once, and how they ended.

    Attributes:
        news: endpoints that were not silent.
        failure: the first that is not about a missing scope or permission.
    """

    walker: Walker
    threads: Executor
    news: set[str] = field(default_factory=set)
    quiet: list[QuietWalk] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    skipped: dict[str, XeroError] = field(default_factory=dict)
    failure: Exception | None = None
    _is_over: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, sources: Sequence[Source]) -> None:
        """Walk them, as many at once as Xero allows. None is begun after the sync is over."""
        queue = deque(sources)
        workers = [
            self.threads.submit(self._work, queue) for _ in range(min(CALLS_AT_ONCE, len(queue)))
        ]
        for worker in workers:
            worker.result()

    def _work(self, queue: deque[Source]) -> None:
        while queue and not self._is_over:
            try:
                source = queue.popleft()
            except IndexError:  # another worker took the last one
                return
            self._walk(source)

    def _walk(self, source: Source) -> None:
        try:
            walked = self.walker.walk(source)
        except (MissingScope, MissingPermission) as error:
            logger.warning("%s is left out: %s", source.name, error)
            with self._lock:
                self.skipped[source.name] = error
        except (XeroError, WarehouseError) as error:
            with self._lock:
                self.failure = self.failure or error
                # Asking on would only repeat what has gone wrong with the whole organisation.
                self._is_over |= not isinstance(error, _ABOUT_ONE_ENDPOINT)
        else:
            self._ended(source, walked)

    def _ended(self, source: Source, walked: Walked) -> None:
        with self._lock:
            if walked.quiet is None:
                self.news.add(source.name)
            else:
                self.quiet.append(walked.quiet)
            if walked.alarm is not None:
                logger.warning("%s", walked.alarm.sentence)
                self.alarms.append(walked.alarm)
