"""What the syncs of one run brought, as Dagster's events: by table, by organisation, and what is
amiss."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import dagster as dg

from xero_pipeline.assets.keys import raw_key
from xero_pipeline.connections.health import health_after
from xero_pipeline.sync import Alarm, EndpointSync, OrganisationSync, SyncFailure
from xero_pipeline.xero import CONTACT_REPORTS, REPORTS, LimitError, PermanentError, XeroError

ORGANISATION = raw_key("organisation")
ALL_READ = dg.AssetCheckSpec(
    "every_organisation_read",
    asset=ORGANISATION,
    description="Every organisation of the run was read to the end.",
)
NOTHING_MISSING = dg.AssetCheckSpec(
    "nothing_missing",
    asset=ORGANISATION,
    description="No endpoint was refused, came back empty where there was plenty, or lost pages.",
)

IS_RECORDED = "stands in the state of the connections"
"""On a failure whose every reason the connections themselves show, and alert about."""

_SHOWN = 20
_REPORTS = {report.name for report in (*REPORTS, *CONTACT_REPORTS)}


@dataclass
class Deliveries:
    """The syncs of one run, in the order in which they ended.

    Attributes:
        syncs: those that came to their end, and what the others brought until they failed.
    """

    syncs: list[OrganisationSync] = field(default_factory=list)
    failures: list[SyncFailure] = field(default_factory=list)

    def add(self, result: OrganisationSync | SyncFailure) -> OrganisationSync | None:
        """Keep one result. Returns what was loaded, if anything."""
        if isinstance(result, SyncFailure):
            self.failures.append(result)
        brought = result.brought if isinstance(result, SyncFailure) else result
        if brought is not None:
            self.syncs.append(brought)
        return brought

    @property
    def is_all_failed(self) -> bool:
        failed = {each.organisation_key for each in self.failures}
        return bool(failed) and all(each.organisation_key in failed for each in self.syncs)

    def has_read(self, key: dg.AssetKey) -> bool:
        return any(key.path[-1] in sync.endpoints for sync in self.syncs)

    def failure(self) -> dg.Failure:
        """Why they could not be read. What asking again cannot mend Dagster must not retry."""
        is_hopeless = all(
            isinstance(each.error, PermanentError | LimitError) for each in self.failures
        )
        is_recorded = all(
            isinstance(each.error, XeroError) and health_after(each.error) is not None
            for each in self.failures
        )
        return dg.Failure(
            "\n".join(str(each.error) for each in self.failures),
            metadata={IS_RECORDED: True} if is_recorded else None,
            allow_retries=not is_hopeless,
        )

    def of_table(self, key: dg.AssetKey) -> dg.MaterializeResult[None]:
        """A raw table after the run: what all organisations brought, and what it cost."""
        return dg.MaterializeResult(asset_key=key, metadata=_metadata(key.path[-1], self.syncs))

    def all_read(self) -> dg.AssetCheckResult:
        """Fails with a sentence for each organisation that could not be read."""
        problems = {each.organisation_name: str(each.error) for each in self.failures}
        return dg.AssetCheckResult(
            check_name=ALL_READ.name,
            asset_key=ORGANISATION,
            passed=not problems,
            description=f"Not read: {_listed(list(problems))}." if problems else None,
            metadata={name: dg.MetadataValue.text(problem) for name, problem in problems.items()},
        )

    def nothing_missing(self) -> dg.AssetCheckResult:
        """Warns of what came and looks incomplete, with what was expected and what there is."""
        alarms = [(sync.organisation_name, alarm) for sync in self.syncs for alarm in sync.alarms]
        return dg.AssetCheckResult(
            check_name=NOTHING_MISSING.name,
            asset_key=ORGANISATION,
            passed=not alarms,
            severity=dg.AssetCheckSeverity.WARN,
            description=_listed([alarm.sentence for _, alarm in alarms], "\n") or None,
            metadata={"alarms": _table(alarms)} if alarms else None,
        )


@dataclass
class Marks:
    """Which partitions of which tables were materialised before, looked up once per table."""

    instance: dg.DagsterInstance
    _marked: dict[dg.AssetKey, set[str]] = field(default_factory=dict)

    def due(
        self, sync: OrganisationSync, selected: Collection[dg.AssetKey]
    ) -> Iterator[dg.AssetMaterialization]:
        """The partitions that show what this sync brought: the organisation's own always, those of
        tables where it changed something or that it is in for the first time.

        A report of a new day over books that did not change is no news of them."""
        organisation, has_news = sync.organisation_key, _has_news(sync)
        for key in selected:
            brought = sync.endpoints.get(key.path[-1])
            if brought is None:
                continue
            marked = self._of(key)
            is_news = _has_changed(brought) and (has_news or brought.name not in _REPORTS)
            if key == ORGANISATION or is_news or organisation not in marked:
                marked.add(organisation)
                yield dg.AssetMaterialization(
                    key, partition=organisation, metadata=_of_one(sync, brought)
                )

    def _of(self, key: dg.AssetKey) -> set[str]:
        if key not in self._marked:
            self._marked[key] = self.instance.get_materialized_partitions(key)
        return self._marked[key]


def _has_news(sync: OrganisationSync) -> bool:
    """Whether the books have changed, and not only the day that reports are as of."""
    return any(_has_changed(each) for name, each in sync.endpoints.items() if name not in _REPORTS)


def _has_changed(brought: EndpointSync) -> bool:
    return brought.rows_changed + brought.rows_removed > 0


def _of_one(sync: OrganisationSync, brought: EndpointSync) -> Mapping[str, int]:
    """Little, since a run may bring an event for every organisation and table: what the whole sync
    cost is told with the organisation's own."""
    rows = {
        "rows received": brought.rows_received,
        "rows changed": brought.rows_changed,
        "rows removed": brought.rows_removed,
    }
    if brought.name != ORGANISATION.path[-1]:
        return rows
    return rows | {"calls (whole sync)": sync.calls, "bytes on the wire": sync.wire_bytes}


def _metadata(endpoint: str, syncs: Sequence[OrganisationSync]) -> Mapping[str, dg.MetadataValue]:
    found = [sync.endpoints[endpoint] for sync in syncs if endpoint in sync.endpoints]
    skipped = [sync.skipped[endpoint] for sync in syncs if endpoint in sync.skipped]
    metadata: dict[str, dg.MetadataValue] = {
        "organisations": dg.MetadataValue.text(_listed([s.organisation_name for s in syncs])),
        "mode": dg.MetadataValue.text(_mode(found)),
        "rows received": dg.MetadataValue.int(sum(each.rows_received for each in found)),
        "rows changed": dg.MetadataValue.int(sum(each.rows_changed for each in found)),
        "rows removed": dg.MetadataValue.int(sum(each.rows_removed for each in found)),
        "calls": dg.MetadataValue.int(sum(each.calls for each in found)),
        "bytes on the wire": dg.MetadataValue.int(sum(each.wire_bytes for each in found)),
        "bytes decoded": dg.MetadataValue.int(sum(each.body_bytes for each in found)),
        "seconds (whole sync)": dg.MetadataValue.float(round(sum(s.seconds for s in syncs), 3)),
    }
    if skipped:
        metadata["left out"] = dg.MetadataValue.text(_listed([str(each) for each in skipped], "\n"))
    return metadata


def _mode(found: Sequence[EndpointSync]) -> str:
    if not found:
        return "left out"
    return "full" if any(each.is_full for each in found) else "increment"


def _listed(words: Sequence[str], separator: str = ", ") -> str:
    """All of them, or the first and how many more: a run may hold hundreds."""
    listed = separator.join(words[:_SHOWN])
    more = len(words) - _SHOWN
    return f"{listed}{separator}and {more} more" if more > 0 else listed


def _table(alarms: Sequence[tuple[str, Alarm]]) -> dg.MetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "organisation": organisation,
                    "endpoint": alarm.endpoint,
                    "expected": alarm.expected,
                    "actual": alarm.actual,
                }
            )
            for organisation, alarm in alarms
        ]
    )
