"""Harbour Studio over real HTTP, with a client that may write; the clock stands on 1 April 2026."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.events import Event, xero_id
from xero_pipeline.sandbox.serve import RunningSandbox, SandboxSettings, start
from xero_pipeline.sandbox.world import Organisation
from xero_pipeline_tests.sandbox.books.harbour import (
    KEY,
    OPENED,
    RENT,
    SALES,
    bank,
    bill,
    credit_note,
    invoice,
    line,
    new_book,
    noon,
    payment,
)
from xero_pipeline_tests.sandbox.conftest import NOW
from xero_pipeline_tests.sandbox.xero_client import CALLBACK, SCOPES, XeroClient
from xero_pipeline_tests.studio import free_port

WRITING = (
    f"{SCOPES} accounting.banktransactions accounting.invoices accounting.manualjournals "
    "accounting.attachments"
)
SUSPENSE, OLD = "850", "851"
MIXED = (
    line(30, SUSPENSE, description="Not sure", tracking=(("Region", "North"),)),
    line(50, RENT, description="March"),
)
BOOK: tuple[Event, ...] = (
    ev.UserAdded(OPENED, "owner", "owner@harbour.example", "Ada", "Reeve", "STANDARD", True),
    ev.AccountAdded(OPENED, SUSPENSE, "Suspense", "CURRLIAB"),
    ev.AccountAdded(OPENED, OLD, "Old suspense", "CURRLIAB"),
    ev.AccountChanged(OPENED, OLD, status="ARCHIVED"),
    ev.TrackingCategoryAdded(OPENED, "region", "Region", ("North", "South")),
    bank("S-1", "SPEND", 80, lines=MIXED),
    bank("S-2", "SPEND", 20, lines=(line(20, SUSPENSE),), is_reconciled=True),
    bank("S-3", "SPEND", 20, lines=(line(20, SUSPENSE),)),
    ev.BankTransactionDeleted(noon("03-09"), "S-3"),
    bank("P-1", "SPEND-PREPAYMENT", 20),
    bill("B-1", 100, lines=(line(100, SUSPENSE, description="Work"),)),
    payment("PAY-1", "B-1", 40),
    invoice("INV-1", 60, lines=(line(60, SUSPENSE, description="Work"),)),
    credit_note("CN-1", 25, lines=(line(25, SUSPENSE, description="Back"),)),
    ev.ManualJournalPosted(
        noon("03-20"),
        "MJ-1",
        "Correction",
        noon("03-20").date(),
        (
            ev.JournalLine(SUSPENSE, line(70).unit_amount),
            ev.JournalLine(SALES, -line(70).unit_amount),
        ),
    ),
)


@dataclass
class Xero:
    """Requests about documents, which go by their events' keys."""

    sandbox: RunningSandbox
    client: XeroClient

    def id(self, kind: str, key: str) -> str:
        return xero_id(KEY, kind, key)

    def path(self, kind: str, key: str) -> str:
        return f"{kind}s/{self.id(kind, key)}"

    def read(self, kind: str, key: str) -> dict[str, Any]:
        """The document as it stands, with unit prices to four places."""
        answer = self.client.get(f"{self.path(kind, key)}?unitdp=4")
        return dict(answer.json()[f"{kind}s"][0])

    def write(
        self, kind: str, key: str, document: Mapping[str, Any], **headers: str
    ) -> requests.Response:
        return self.client.post(f"{self.path(kind, key)}?unitdp=4", document, **headers)

    def recode(self, kind: str, key: str, account: str, **headers: str) -> requests.Response:
        """Moves every line on the suspense account to another one, as a careful client does."""
        document = self.read(kind, key)
        lines = document["JournalLines" if kind == "ManualJournal" else "LineItems"]
        for each in lines:
            if each["AccountCode"] == SUSPENSE:
                each["AccountCode"] = account
                del each["AccountID"]
        return self.write(kind, key, document, **headers)

    def happens(self, *events: Event) -> None:
        self.sandbox.control.apply(KEY, events)


def accounts(document: Mapping[str, Any]) -> list[str]:
    lines: Sequence[Mapping[str, Any]] = document.get("LineItems") or document["JournalLines"]
    return [str(each["AccountCode"]) for each in lines]


def refusal(answer: requests.Response) -> str:
    """What the one element of a validation exception says."""
    body = answer.json()
    assert (answer.status_code, body["ErrorNumber"]) == (400, 10), answer.text
    assert (body["Type"], body["Message"]) == (
        "ValidationException",
        "A validation exception occurred",
    )
    [element] = body["Elements"]
    [error] = element["ValidationErrors"]
    return str(error["Message"])


@contextmanager
def writable_harbour(scope: str = WRITING) -> Iterator[Xero]:
    redirect = f"http://localhost:{free_port()}/callback"
    settings = SandboxSettings(
        until=NOW, auto_consent=(KEY,), limits=False, redirect_uris=(redirect, CALLBACK)
    )

    def cast(seed: int, first_day: dt.date) -> list[Organisation]:
        return [Organisation(new_book(*BOOK), lambda until: [])]

    with start(settings, cast) as sandbox:
        yield Xero(sandbox, XeroClient.connected(sandbox, scope=scope))
