"""What happens to documents once they are saved: notes, files, other contacts, locked periods."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from xero_pipeline.sandbox.events import Event

AttachableKind = Literal["Invoice", "CreditNote", "BankTransaction", "ManualJournal", "Contact"]


@dataclass(frozen=True)
class FileAttached(Event):
    """`is_announced`: whether UpdatedDateUTC moves, which Xero does not document."""

    key: str
    kind: AttachableKind
    document: str
    file_name: str
    mime_type: str
    content: bytes
    is_announced: bool = True


@dataclass(frozen=True)
class FileRemoved(Event):
    """By a person in Xero: its API removes no file. `is_announced` as in FileAttached."""

    kind: AttachableKind
    document: str
    file_name: str
    is_announced: bool = True


@dataclass(frozen=True)
class NoteAdded(Event):
    """A note in a document's history. UpdatedDateUTC stays as it was, which nobody documents."""

    kind: AttachableKind
    document: str
    details: str
    user: str = "System Generated"  # Xero's word for all that came through the API


@dataclass(frozen=True)
class BankTransactionContactChanged(Event):
    key: str
    contact: str


@dataclass(frozen=True)
class BankTransactionUnreconciled(Event):
    """Xero's "Remove & Redo" without the redoing: the transaction stays, not reconciled."""

    key: str


@dataclass(frozen=True)
class PeriodLocked(Event):
    """The lock dates as they are from now on, each included; None is none."""

    period: dt.date | None
    year: dt.date | None = None
