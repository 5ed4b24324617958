"""What Xero changes without moving UpdatedDateUTC, and which sync finds it at what cost.

Source: developer.xero.com, Requests and responses (If-Modified-Since) and the pages of the
endpoints. Each change happens to a company of its own, an hour after its books were read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from pathlib import Path

import duckdb

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sync import Depth, OrganisationSync, Request
from xero_pipeline.warehouse import Landing, create_tables
from xero_pipeline_tests.proof.restless import NOON, Company, RestlessXero
from xero_pipeline_tests.proof.together import sync_together
from xero_pipeline_tests.sandbox.books import harbour
from xero_pipeline_tests.sandbox.books.harbour import day, invoice, line, payment

_TEMPLATE = ev.RepeatingInvoiceSaved(
    NOON,
    "retainer",
    "ACCREC",
    "cafe",
    ev.Schedule("MONTHLY", 1, 14, "DAYSAFTERINVOICEDATE", day("01-05"), day("05-05")),
    (line(500),),
    "NZD",
)
_PART_PAID = (invoice("INV-1", 100), payment("PAY-1", "INV-1", 40))


_FOLLOWED = {"payments", "bank_transactions"}
"""They are asked, too, because news of theirs have other endpoints asked."""


@dataclass(frozen=True)
class SilentChange:
    """Something that no increment of its endpoint shows.

    Attributes:
        before: what the books hold when they are first read.
        change: what happens then.
        shows: SQL over the company's raw rows with one value, which the change makes true.
    """

    name: str
    endpoint: str
    before: tuple[ev.Event, ...]
    change: tuple[ev.Event, ...]
    shows: str


CHANGES = (
    SilentChange(
        "due date of a part-paid invoice",
        "invoices",
        _PART_PAID,
        (ev.InvoiceDatesChanged(NOON, "INV-1", due_date=day("06-30")),),
        "bool_or(due_date = date '2026-06-30')",
    ),
    SilentChange(
        "sent flag of a part-paid invoice",
        "invoices",
        _PART_PAID,
        (ev.InvoiceSent(NOON, "INV-1"),),
        "bool_or(sent_to_contact)",
    ),
    SilentChange(
        "contact's balance",
        "contacts",
        (),
        (invoice("INV-1", 100),),
        "bool_or(balances.accounts_receivable.outstanding = 100)",
    ),
    SilentChange(
        "contact's customer flag",
        "contacts",
        (),
        (invoice("INV-1", 100),),
        "bool_or(is_customer)",
    ),
    SilentChange(
        "item deleted",
        "items",
        (ev.ItemAdded(NOON, "hour", "An hour", "Work", Decimal(90), "200", "NONE"),),
        (ev.ItemDeleted(NOON, "hour"),),
        "bool_or(code = 'hour' and _removed_at is not null)",
    ),
    SilentChange(
        "account deleted",
        "accounts",
        (ev.AccountAdded(NOON, "400", "Never used", "OVERHEADS"),),
        (ev.AccountChanged(NOON, "400", status="DELETED"),),
        "bool_or(code = '400' and _removed_at is not null)",
    ),
    SilentChange(
        "bank transfer deleted",
        "bank_transfers",
        (ev.BankTransferMade(NOON, "TR-1", "090", "091", day("03-01"), Decimal(50)),),
        (ev.BankTransferDeleted(NOON, "TR-1"),),
        "bool_or(status = 'DELETED')",
    ),
    SilentChange(
        "repeating invoice edited",
        "repeating_invoices",
        (_TEMPLATE,),
        (replace(_TEMPLATE, lines=(line(650),)),),
        "bool_or(total = 650)",
    ),
    SilentChange(
        "repeating invoice deleted",
        "repeating_invoices",
        (_TEMPLATE,),
        (ev.RepeatingInvoiceDeleted(NOON, "retainer"),),
        "bool_or(status = 'DELETED')",
    ),
    SilentChange(
        "contacts merged",
        "contacts",
        (),
        (ev.ContactsMerged(NOON, "landlord", "cafe"),),
        "bool_or(merged_to_contact_id is not null)",
    ),
)


@dataclass
class Found:
    """When a change became known.

    Attributes:
        after: depth of the sync; None: never.
        calls: that this sync made to the endpoint.
    """

    change: SilentChange
    after: Depth | None = None
    calls: int = 0


@dataclass(frozen=True)
class Watch:
    """Every change's company, synced deeper and deeper until the warehouse knows of the change."""

    xero: RestlessXero
    folder: Path
    warehouse: duckdb.DuckDBPyConnection
    threads: ThreadPoolExecutor
    found: Mapping[str, Found] = field(
        default_factory=lambda: {each.name: Found(each) for each in CHANGES}
    )

    def run(self) -> None:
        create_tables(self.warehouse)
        for company, change in self._companies():
            harbour.apply(company.book, *change.before)
        self._sync(Depth.NIGHTLY)
        assert not any(self._knows(*each) for each in self._companies())
        self.xero.pass_time(hours=1)
        for company, change in self._companies():
            at = self.xero.clock.now()
            harbour.apply(company.book, *(replace(event, at=at) for event in change.change))
        for depth in Depth:
            self.xero.pass_time(hours=1)
            self._note(depth, self._sync(depth))

    def _companies(self) -> Sequence[tuple[Company, SilentChange]]:
        return list(zip(self.xero.companies, CHANGES, strict=True))

    def _sync(self, depth: Depth) -> dict[str, OrganisationSync | Exception]:
        clients = {
            company.tenant_id: partial(self.xero.client, company) for company in self.xero.companies
        }
        request = Request(depth, {change.endpoint for change in CHANGES} | _FOLLOWED)
        return sync_together(clients, Landing(self.folder), self.warehouse, self.threads, request)

    def _note(self, depth: Depth, syncs: Mapping[str, OrganisationSync | Exception]) -> None:
        for company, change in self._companies():
            found = self.found[change.name]
            sync = syncs[company.tenant_id]
            assert isinstance(sync, OrganisationSync), sync
            if found.after is None and self._knows(company, change):
                found.after = depth
                found.calls = sync.endpoints[change.endpoint].calls

    def _knows(self, company: Company, change: SilentChange) -> bool:
        row = self.warehouse.execute(
            f"select coalesce({change.shows}, false) from raw.{change.endpoint} "
            "where organisation_id = ?",
            [company.tenant_id],
        ).fetchone()
        return bool(row and row[0])


def watch(folder: Path) -> Mapping[str, Found]:
    """Let every change happen and see when it is found, by its name."""
    with (
        RestlessXero(len(CHANGES), page_size=100) as xero,
        duckdb.connect(":memory:", config={"threads": 1}) as warehouse,
        ThreadPoolExecutor(5) as threads,
    ):
        watch = Watch(xero, folder, warehouse, threads)
        watch.run()
        return watch.found
