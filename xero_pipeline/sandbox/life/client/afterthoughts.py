"""What the café's owner and bookkeeper do to papers later on: other receipts, notes, contacts.

All of it happens in the evening, after everything else of the day, so that nothing else moves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random

from xero_pipeline.sandbox import document_events as on_documents
from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.calendar import working_day
from xero_pipeline.sandbox.life.diary import Diary

_EVENING = 21
_NOTES = ("Asked Dilys what this was", "Paid with the company card", "Receipt is in the van")
_PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"


class Afterthoughts:
    def __init__(self, diary: Diary) -> None:
        self._diary = diary

    def run(self) -> None:
        """Plans what follows from today's papers."""
        for event in self._diary.written_today:
            match event:
                case on_documents.FileAttached(mime_type="application/pdf"):
                    self._look_at(event, self._diary.chance(f"receipt/{event.document}"))
                case ev.BankTransactionPosted():
                    self._revise(event, self._diary.chance(f"revision/{event.key}"))
        self._lock_the_quarter()

    def _look_at(self, attached: on_documents.FileAttached, chance: Random) -> None:
        """Some receipts belong to something else; some transactions get a note."""
        if chance.random() < 0.15:
            self._later(chance.randint(1, 3), lambda: self._exchange(attached))
        if chance.random() < 0.25:
            note = chance.choice(_NOTES)
            self._later(chance.randint(1, 6), lambda: self._note(attached.document, note))

    def _revise(self, posted: ev.BankTransactionPosted, chance: Random) -> None:
        """Only what is reconciled: the rest may be deleted by then."""
        if posted.type not in ("SPEND", "RECEIVE") or not posted.is_reconciled:
            return
        if posted.contact is None and posted.type == "SPEND" and chance.random() < 0.3:
            self._later(3, lambda: self._name_supplier(posted.key))
        elif chance.random() < 0.02:
            self._later(5, lambda: self._unreconcile(posted.key))
            self._later(6, lambda: self._reconcile(posted.key))

    def _lock_the_quarter(self) -> None:
        """The period of a VAT return is locked once it is sent."""
        today = self._diary.today
        if today.month % 3 == 1 and today == working_day(today.replace(day=25)):
            last_day = today.replace(day=1) - dt.timedelta(days=1)
            self._later(1, lambda: self._lock(last_day))

    def _exchange(self, attached: on_documents.FileAttached) -> None:
        """The wrong receipt goes, a photo of the right one comes."""
        at = self._diary.stamp()
        self._diary.write(
            on_documents.FileRemoved(at, attached.kind, attached.document, attached.file_name)
        )
        self._diary.write(
            on_documents.FileAttached(
                at=self._diary.stamp(),
                key=f"{attached.key}/photo",
                kind=attached.kind,
                document=attached.document,
                file_name=f"photo-{attached.document.lower()}.jpg",
                mime_type="image/jpeg",
                content=_PHOTO + attached.document.encode(),
            )
        )

    def _note(self, document: str, text: str) -> None:
        at = self._diary.stamp()
        self._diary.write(
            on_documents.NoteAdded(at, "BankTransaction", document, text, user="Dilys Marsh")
        )

    def _name_supplier(self, key: str) -> None:
        at = self._diary.stamp()
        self._diary.write(on_documents.BankTransactionContactChanged(at, key, "market"))

    def _unreconcile(self, key: str) -> None:
        self._diary.write(on_documents.BankTransactionUnreconciled(self._diary.stamp(), key))

    def _reconcile(self, key: str) -> None:
        self._diary.write(ev.BankTransactionReconciled(self._diary.stamp(), key))

    def _lock(self, last_day: dt.date) -> None:
        self._diary.write(on_documents.PeriodLocked(self._diary.stamp(), last_day))

    def _later(self, days: int, action: Callable[[], None]) -> None:
        day = self._diary.today + dt.timedelta(days=days)
        self._diary.plan(day, action, hour=_EVENING)
