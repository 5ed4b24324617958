"""Clients' books that are read again and again, while people work in Xero and decide about tasks.

    books = ClientBooks(Warehouse(), "client")
    book = books["client"]
    book.watch("999")
    book.post("card", "999")
    books.sync(day(1))
    book.recode("card", "400")
    books.sync(day(2))
    books.events(book)

Many books go through the same syncs side by side, since a build costs about the same for one and
for a hundred. What a person does in Xero becomes known with the next sync, what is decided about
tasks and accounts with the next build.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from xero_pipeline.warehouse.schema import replace_ops_table
from xero_pipeline_tests.sql.book import Book, Line
from xero_pipeline_tests.sql.organisation import thing_id
from xero_pipeline_tests.sql.rows import Row
from xero_pipeline_tests.sql.warehouse import Warehouse, graph, needed_for, seeds

HandedOn = Any  # fields of a Document
MARTS = (
    "marts.client_task_history",
    "marts.client_task_events",
    "marts.client_tasks",
    "marts.client_task_lines",
)
CHECKS = (
    "client_task_events_gapless",
    "client_task_events_explain_tasks",
    "client_tasks_open_match",
)
EXPENSES = ("998", "999", "400", "420")
KINDS = {
    "SPEND": ("BankTransaction", "bank_transaction"),
    "SPEND-TRANSFER": ("BankTransaction", "bank_transaction"),
    "ACCPAY": ("Invoice", "bill"),
    "ACCRECCREDIT": ("CreditNote", "credit_note"),
    "MANUALJOURNAL": ("ManualJournal", "manual_journal"),
}
_TABLES = (
    "organisation",
    "accounts",
    "contacts",
    "bank_transactions",
    "invoices",
    "credit_notes",
    "manual_journals",
    "attachments",
)
_DOCUMENT_ENDPOINTS = ("bank_transactions", "invoices", "credit_notes", "manual_journals")


def day(number: int) -> dt.datetime:
    """Noon, UTC, `number` days after 31 May 2026: a sync runs then."""
    return dt.datetime(2026, 5, 31, 12) + dt.timedelta(days=number)


@dataclass(frozen=True)
class Document:
    """One document as it stands in Xero; `lines` are (account, amount, description)."""

    key: str
    type: str
    date: dt.date
    lines: tuple[tuple[str, int, str], ...]
    reference: str | None = None
    contact: str = "Landlord"
    is_void: bool = False
    is_missing: bool = False
    is_reconciled: bool = False
    files: tuple[str, ...] = ()
    first_seen: dt.datetime | None = None

    @property
    def accounts(self) -> frozenset[str]:
        return frozenset(account for account, _, _ in self.lines)

    @property
    def total(self) -> int:
        return sum(amount for _, amount, _ in self.lines)


@dataclass(frozen=True)
class Watched:
    """An account whose documents become tasks."""

    account: str
    selected_at: dt.datetime
    look_back_days: int = 90
    types: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Decision:
    """What a person decided about a task, who had seen `contents_hash`."""

    number: int
    document: Document
    kind: str
    actor: str
    at: dt.datetime
    note: str
    contents_hash: str | None


@dataclass
class ClientBook:
    """One client's organisation: what stands in Xero now, and what the last sync has read."""

    key: str
    documents: dict[str, Document] = field(default_factory=dict)
    read: dict[str, Document] = field(default_factory=dict)
    watched: dict[str, Watched] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    synced: list[dt.datetime] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    """Of what the published tasks ask about, by the document's key."""

    @property
    def organisation_id(self) -> str:
        return thing_id(self.key, "Organisation", self.key)

    @property
    def now(self) -> dt.datetime:
        """A while after the last sync."""
        return (self.synced[-1] if self.synced else day(0)) + dt.timedelta(hours=1)

    def document_id(self, document: Document) -> str:
        return thing_id(self.key, KINDS[document.type][0], document.key)

    def task_id(self, document: Document) -> UUID:
        type_ = KINDS[document.type][1]
        named = f"{self.organisation_id}|{type_}|{self.document_id(document)}"
        return UUID(hashlib.md5(named.encode(), usedforsecurity=False).hexdigest())

    # --- in Xero ---------------------------------------------------------------------------------

    def post(
        self, key: str, *accounts: str, date: dt.date | None = None, type: str = "SPEND"
    ) -> None:
        """A new document with a line of 100 on each account."""
        lines = tuple((account, 100, "Card payment") for account in accounts)
        self.documents[key] = Document(key, type, date or dt.date(2026, 5, 20), lines)

    def edit(self, key: str, **changes: HandedOn) -> None:
        self.documents[key] = replace(self.documents[key], **changes)

    def recode(self, key: str, *accounts: str) -> None:
        """The lines to these accounts, in order."""
        lines = zip(accounts, self.documents[key].lines, strict=True)
        self.edit(key, lines=tuple((account, *rest) for account, (_, *rest) in lines))

    def charge(self, key: str, amount: int) -> None:
        """Another amount on the first line."""
        (account, _, text), *others = self.documents[key].lines
        self.edit(key, lines=((account, amount, text), *others))

    # --- here ------------------------------------------------------------------------------------

    def watch(
        self, account: str, *, look_back_days: int = 90, types: tuple[str, ...] | None = None
    ) -> None:
        """Watch it from now on; an account that is watched already keeps its day."""
        known = self.watched.get(account)
        at = known.selected_at if known else self.now
        self.watched[account] = Watched(account, at, look_back_days, types)

    def unwatch(self, account: str) -> None:
        del self.watched[account]

    def decide(self, kind: str, key: str, *, by: str = "Ada", note: str = "") -> None:
        """What `tasks answer`, `dismiss` and the others write down."""
        number = len(self.decisions) + 1
        document = self.documents[key]
        self.decisions.append(
            Decision(number, document, kind, by, self.now, note, self.hashes.get(key))
        )


class ClientBooks:
    """Books in one warehouse, read and built side by side."""

    def __init__(self, warehouse: Warehouse, *keys: str) -> None:
        self.warehouse = warehouse
        self._books = {key: ClientBook(key) for key in keys}

    def __getitem__(self, key: str) -> ClientBook:
        return self._books[key]

    def __iter__(self) -> Iterator[ClientBook]:
        return iter(self._books.values())

    def sync(self, at: dt.datetime, books: Sequence[ClientBook] | None = None) -> None:
        """Read books as they stand in Xero now, and build.

        Args:
            at: noon of a day, UTC.
            books: None: all of them, and whole tables are built; else these organisations' rows.
        """
        self.read(at, books)
        self.build(books)

    def read(self, at: dt.datetime, books: Sequence[ClientBook] | None = None) -> None:
        """As a sync does, without building anything."""
        chosen = list(self) if books is None else books
        for book in chosen:
            for key, document in book.documents.items():
                book.documents[key] = replace(document, first_seen=document.first_seen or at)
            book.read = dict(book.documents)
            book.synced.append(at)
        self._replace_rows(at, chosen)

    def build(self, books: Sequence[ClientBook] | None = None, *, only: str | None = None) -> None:
        """Build the models of tasks from what was read and decided.

        Args:
            only: build up to this relation, as a build that is killed then.
        """
        self._write_decisions()
        wanted = needed_for([only] if only else MARTS) - seeds()
        ids = None if books is None else [book.organisation_id for book in books]
        graph().build(self.warehouse.connection, only=wanted, organisations=ids)
        if only is None:
            self._note_hashes()

    def failures(self) -> dict[str, list[dict[str, Any]]]:
        """What the data tests of tasks complain about, by test."""
        return {test: found for test in CHECKS if (found := self.warehouse.failures(test))}

    def events(self, book: ClientBook) -> list[dict[str, Any]]:
        return self.warehouse.rows(
            "select * from marts.client_task_events where organisation_id = ? order by sequence",
            book.organisation_id,
        )

    def tasks(self, book: ClientBook) -> list[dict[str, Any]]:
        return self.warehouse.rows(
            "select * from marts.client_tasks where organisation_id = ? order by task_id",
            book.organisation_id,
        )

    # --- writing ---------------------------------------------------------------------------------

    def _replace_rows(self, at: dt.datetime, books: Sequence[ClientBook]) -> None:
        rows = _Rows()
        for book in books:
            _write(book, at, rows)
        for table in _TABLES:
            self._delete(f"raw.{table}", books)
            if found := rows.tables.get(table):
                self.warehouse.insert(table, found)
        self.warehouse.connection.execute(
            "insert into ops.syncs by name "
            "select unnest(?::uuid[]) as organisation_id, endpoint, ?::timestamp as started_at "
            "from unnest(?) as endpoints(endpoint)",
            [[book.organisation_id for book in books], at, list(_DOCUMENT_ENDPOINTS)],
        )

    def _write_decisions(self) -> None:
        connection = self.warehouse.connection
        watched = [_watched_row(book, each) for book in self for each in book.watched.values()]
        replace_ops_table(connection, "monitored_accounts", watched)
        decided = [_decision_row(book, each) for book in self for each in book.decisions]
        replace_ops_table(connection, "task_decisions", decided)

    def _note_hashes(self) -> None:
        shown = {
            row["task_id"]: row["contents_hash"]
            for row in self.warehouse.rows("select task_id, contents_hash from marts.client_tasks")
        }
        for book in self:
            book.hashes = {
                key: shown[book.task_id(document)]
                for key, document in book.documents.items()
                if book.task_id(document) in shown
            }

    def _delete(self, table: str, books: Iterable[ClientBook]) -> None:
        self.warehouse.connection.execute(
            f"delete from {table} where organisation_id in (select unnest(?::uuid[]))",
            [[book.organisation_id for book in books]],
        )


class _Rows(Warehouse):
    """Takes the rows of many books, to be written at once."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = {}

    def insert(self, table: str, rows: Iterable[Mapping[str, object]]) -> None:
        self.tables.setdefault(table, []).extend(dict(row) for row in rows)


def _watched_row(book: ClientBook, watched: Watched) -> Row:
    return {
        "organisation_id": book.organisation_id,
        "account_id": thing_id(book.key, "Account", watched.account),
        "account_code": watched.account,
        "look_back_days": watched.look_back_days,
        "document_types": watched.types,
        "selected_at": watched.selected_at,
    }


def _decision_row(book: ClientBook, decision: Decision) -> Row:
    return {
        "decision_id": decision.number,
        "organisation_id": book.organisation_id,
        "task_id": book.task_id(decision.document),
        "document_type": KINDS[decision.document.type][1],
        "document_id": book.document_id(decision.document),
        "kind": decision.kind,
        "actor": decision.actor,
        "decided_at": decision.at,
        "note": decision.note,
        "contents_hash": decision.contents_hash,
        "event_id": uuid5(UUID(book.organisation_id), str(decision.number)),
    }


def _write(book: ClientBook, at: dt.datetime, rows: _Rows) -> None:
    """The raw rows that a sync leaves."""
    raw = Book(book.key, as_of=at.date(), warehouse=rows)
    raw.account("090", "Cheque account", type="BANK")
    for code in EXPENSES:
        raw.account(code, f"Account {code}", type="EXPENSE")
    for name in ("Landlord", "Tenant"):
        raw.contact(name, email_address="")  # as Xero says that it knows none
    for document in book.read.values():
        _write_document(raw, document, at)
        for name in document.files:
            raw.add(
                "attachments",
                endpoint="bank_transactions",
                document_id=book.document_id(document),
                attachment_id=thing_id(book.key, "Attachment", name),
                file_name=name,
            )
    raw.flush()


def _write_document(raw: Book, document: Document, at: dt.datetime) -> None:
    lines = tuple(
        Line(Decimal(amount), account=account, description=text)
        for account, amount, text in document.lines
    )
    common = {
        "_first_seen_at": document.first_seen,
        "_removed_at": at if document.is_missing else None,
    }
    key, date = document.key, document.date
    status = ("VOIDED" if document.is_void else "AUTHORISED") if lines else "DRAFT"
    match document.type:
        case "MANUALJOURNAL":
            row = raw.manual_journal(
                key, date, lines, status=status.replace("AUTHORISED", "POSTED")
            )
            row.update(common, narration=document.reference or key)
        case "ACCPAY":
            row = raw.bill(key, document.contact, date, lines=lines, status=status)
            row.update(common, reference=document.reference)
        case "ACCRECCREDIT":
            row = raw.credit_note(key, document.contact, date, lines=lines, status=status)
            row.update(common, reference=document.reference)
        case _:
            row = raw.bank_transaction(
                key,
                document.type,
                date,
                contact=document.contact,
                lines=lines,
                status=status.replace("VOIDED", "DELETED"),
            )
            row.update(common, reference=document.reference, is_reconciled=document.is_reconciled)
