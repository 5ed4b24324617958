"""A client's book at a sandbox, a home that may write to it, and answers that were approved."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xero_pipeline.connections import Connection, Connections, Purpose
from xero_pipeline.sandbox.events import Event
from xero_pipeline.settings import Settings
from xero_pipeline.tasks import Answer, AnswerFile, AnswerState, DecisionKind, TaskRecords
from xero_pipeline.tasks.journal import Entry, Journal
from xero_pipeline.tasks.recoding import contents_of
from xero_pipeline.tasks.seen import Seen
from xero_pipeline.tasks.writeback import Sent, WriteBack
from xero_pipeline.xero.writable import WRITABLE
from xero_pipeline.xero.writer import from_json
from xero_pipeline_tests.connected import connect
from xero_pipeline_tests.sandbox.books.harbour import KEY, RENT
from xero_pipeline_tests.sandbox.writable import SUSPENSE, Xero, writable_harbour
from xero_pipeline_tests.studio import settings_of
from xero_pipeline_tests.tasks import samples
from xero_pipeline_tests.xero.double import TestClock

TYPES = {
    "BankTransaction": "bank_transaction",
    "Invoice": "invoice",
    "CreditNote": "credit_note",
    "ManualJournal": "manual_journal",
}
RECEIPT = b"%PDF-1.4 a receipt"


@dataclass
class ClientBook:
    """Documents go by their events' keys.

    Attributes:
        seen: what the clients saw, by answer.
    """

    xero: Xero
    settings: Settings
    clock: TestClock
    records: TaskRecords
    journal: Journal
    seen: dict[int, Seen] = field(default_factory=dict)

    @property
    def organisation(self) -> str:
        return self.xero.sandbox.control.tenant_id(KEY)

    def connect(self, *, write_back: bool = True) -> Connection:
        sandbox = self.xero.sandbox
        with self.connections() as connections:
            return connect(connections, sandbox, KEY, Purpose.CLIENT, write_back=write_back)

    def connections(self) -> Connections:
        return Connections.open(self.settings, self.clock)

    def account(self, code: str) -> str:
        answer = self.xero.client.get("Accounts").json()["Accounts"]
        return str(next(each["AccountID"] for each in answer if each["Code"] == code))

    def approved(
        self,
        key: str,
        *,
        kind: str = "BankTransaction",
        account: str | None = RENT,
        files: Sequence[str] = (),
        content: bytes = RECEIPT,
        **other: Any,  # noqa: ANN401
    ) -> Answer:
        """An answer to the document as it is now: its lines on the suspense account go to rent."""
        document_id = self.xero.id(kind, key)
        fields = {
            "organisation_id": self.organisation,
            "task_id": document_id,
            "document_type": TYPES[kind],
            "document_id": document_id,
            "account_id": account and self.account(account),
            "account_code": account,
            "lines": None,
            "tracking": (),
            "files": tuple(self._stored(name, content) for name in files),
            **other,
        }
        answer = dataclasses.replace(samples.answer(), **fields)
        answer = self.records.submit(answer, self._decision(answer, DecisionKind.SUBMITTED))
        decision = self._decision(answer, DecisionKind.APPROVED)
        self.records.move(answer, AnswerState.APPROVED, decision)
        self.seen[answer.answer_id] = self._shown(kind, document_id)
        (approved,) = self.records.answers((AnswerState.APPROVED,), task_id=document_id)
        return approved

    def send(self) -> list[Sent]:
        """As the asset does it."""
        with self.connections() as connections:
            write_back = WriteBack(
                connections,
                self.records,
                self.journal,
                home=self.settings.home,
                seen=lambda answer: self.seen.get(answer.answer_id),
                clock=self.clock,
            )
            return list(write_back.send(self.organisation))

    def steps(self, answer: Answer) -> dict[str, Entry]:
        """The newest entry of each step in the journal."""
        return {entry.step: entry for entry in self.journal.entries(answer)}

    def notes(self, key: str, kind: str = "BankTransaction") -> list[str]:
        answer = self.xero.client.get(f"{self.xero.path(kind, key)}/History").json()
        return [each["Details"] for each in answer["HistoryRecords"]]

    def files(self, key: str, kind: str = "BankTransaction") -> dict[str, bytes]:
        path = f"{self.xero.path(kind, key)}/Attachments"
        listed = self.xero.client.get(path).json()["Attachments"]
        return {
            each["FileName"]: self.xero.client.get(f"{path}/{each['AttachmentID']}").content
            for each in listed
        }

    def happens(self, *events: Event) -> None:
        self.xero.happens(*events)

    def advance(self, **time: float) -> None:
        self.clock.advance(**time)
        self.xero.sandbox.control.advance(dt.timedelta(**time))

    def written(self) -> list[str]:
        """The requests that were no GET, without those of the sign-in."""
        return [
            f"{each['method']} {each['path']}"
            for each in self.xero.sandbox.control.requests()
            if each["method"] != "GET" and "/api.xro/" in str(each["path"])
        ]

    def _shown(self, kind: str, document_id: str) -> Seen:
        body = self.xero.client.get(f"{kind}s/{document_id}?unitdp=4").content
        contents = contents_of(WRITABLE[TYPES[kind]], from_json(body)[f"{kind}s"][0])
        lines = tuple(each.number for each in contents.lines if each.account_code == SUSPENSE)
        # The warehouse's version of a document says nothing of tracking and tax types.
        known = [each.model_copy(update={"tracking": None}) for each in contents.lines]
        return Seen("c0ffee", contents.model_copy(update={"lines": tuple(known)}), lines)

    def _stored(self, name: str, content: bytes) -> AnswerFile:
        digest = hashlib.sha256(content).hexdigest()
        path = self.settings.home / "answers" / f"{digest[:8]}-{name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        stored_as = str(path.relative_to(self.settings.home))
        return AnswerFile(name, "application/pdf", len(content), digest, stored_as)

    def _decision(self, answer: Answer, kind: DecisionKind) -> Any:  # noqa: ANN401
        return dataclasses.replace(
            samples.decision(kind),
            organisation_id=answer.organisation_id,
            task_id=answer.task_id,
            document_type=answer.document_type,
            document_id=answer.document_id,
        )


@contextmanager
def client_book(home: Path) -> Iterator[ClientBook]:
    """Connected for writing, at a sandbox of its own."""
    with writable_harbour() as xero:
        settings = settings_of(xero.sandbox, home)
        records, journal = TaskRecords.open(settings), Journal.open(settings)
        book = ClientBook(xero, settings, TestClock(xero.sandbox.control.now()), records, journal)
        book.connect()
        xero.sandbox.control.clear_requests()
        try:
            yield book
        finally:
            records.close()
            journal.close()
