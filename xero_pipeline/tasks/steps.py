"""The steps of one answer at Xero: lines, files, note. Each happens once, wherever it is killed.

What is about to be sent is in the journal before it leaves. A step found half way there may have
happened or not: Xero is looked at first, and only what is missing is sent again, under the same
key, for which Xero answers a repeated call as it did the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xero_pipeline.tasks.journal import Entry, Facts, Journal, Outcome, StepState
from xero_pipeline.tasks.model import Answer, AnswerFile
from xero_pipeline.tasks.recoding import (
    Contents,
    Recoding,
    change,
    contents_of,
    differences,
    expected,
    gone,
    is_done,
    obstacle,
)
from xero_pipeline.tasks.seen import Seen
from xero_pipeline.tasks.wording import marker, names_for
from xero_pipeline.xero.errors import OutcomeUnknown, WriteRefused
from xero_pipeline.xero.limits import Clock
from xero_pipeline.xero.writable import WRITABLE, Writable
from xero_pipeline.xero.writer import (
    Attached,
    Document,
    OrganisationWriter,
    as_json,
    from_json,
)


class Conflict(Exception):
    """The document is not what the client saw. Nothing of the answer is sent."""


class Gone(Exception):
    """The document does not count any more. Nothing of the answer is sent."""


@dataclass(frozen=True)
class Steps:
    """What can be done with one answer."""

    writer: OrganisationWriter
    journal: Journal
    clock: Clock
    answer: Answer

    # --- lines ------------------------------------------------------------------------------------

    def lines(self, seen: Callable[[], Seen]) -> Entry:
        """Recode the task's lines, as far as Xero allows it.

        Args:
            seen: gives the task's document in the warehouse, or raises Conflict.

        Raises:
            Conflict, Gone: nothing was sent.
            XeroError: what became of it is in the journal, or has to be looked up.
        """
        entry = self.journal.newest(self.answer, "lines")
        if entry is not None and entry.state.is_over:
            return entry
        if entry is None:
            return self._begin_lines(seen(), self._document())
        return self._go_on_with_lines(entry, contents_of(self._kind, self._document()))

    def _begin_lines(self, seen: Seen, document: Document) -> Entry:
        now = contents_of(self._kind, document)
        recoding = Recoding.of(self.answer, seen.task_lines)
        wanted = expected(now, recoding)
        if not differences(expected(seen.contents, recoding), now):
            # Somebody was faster and chose the same.
            return self._skip("lines", _facts(now), Outcome(StepState.DONE, _facts(now)))
        if changed := differences(seen.contents, now):
            raise Conflict(_changed_meanwhile(changed))
        if why := obstacle(document):
            refused = Outcome(StepState.REFUSED, _facts(now), why)
            return self._skip("lines", _facts(now), refused)
        body = as_json(change(self._kind, document, recoding)).decode()
        request = {"lines": seen.task_lines, "body": body}
        return self._send_lines(self._begin("lines", request, _facts(now)), wanted)

    def _go_on_with_lines(self, entry: Entry, now: Contents) -> Entry:
        """The change may have been made; somebody may have changed the document since."""
        recoding = Recoding.of(self.answer, entry.request["lines"])
        before = Contents.model_validate(entry.before)
        wanted = expected(before, recoding)
        if is_done(recoding, now):
            return self._end(entry, _outcome(wanted, now))
        if changed := differences(before, now):
            raise Conflict(_changed_meanwhile(changed))
        if entry.state is StepState.PLANNED:
            entry = self._begin("lines", entry.request, entry.before)
        return self._send_lines(entry, wanted)

    def _document(self) -> Document:
        document = self.writer.document(self._kind, self.answer.document_id)
        if how := gone(document):
            raise Gone(f"The transaction {how} in Xero; the answer was not sent.")
        return document

    def _send_lines(self, entry: Entry, wanted: Contents) -> Entry:
        kind, id = self._kind, self.answer.document_id

        def send() -> None:
            self.writer.update(kind, id, from_json(entry.request["body"]), entry.key)

        def read_back() -> Outcome:
            return _outcome(wanted, contents_of(kind, self.writer.document(kind, id)))

        return self._send(entry, send, read_back)

    # --- files ------------------------------------------------------------------------------------

    def file(self, file: AnswerFile, content: bytes) -> Entry:
        """Attach a file, beside one of the same name that says something else.

        Raises:
            XeroError: what became of it is in the journal, or has to be looked up.
        """
        step = f"file:{file.file_id}"
        entry = self.journal.newest(self.answer, step)
        if entry is not None and entry.state.is_over:
            return entry
        name, is_there = self._place_of(file, content)
        request = {"name": name, "media_type": file.media_type, "sha256": file.sha256}
        done = Outcome(StepState.DONE, request)
        if is_there:
            return self._end(entry, done) if entry else self._skip(step, None, done)
        if entry is None or entry.state is StepState.PLANNED or entry.request != request:
            entry = self._begin(step, request, None)
        key, id = entry.key, self.answer.document_id
        as_attached = Attached("", name, file.media_type, len(content))

        def send() -> None:
            self.writer.attach(self._kind, id, as_attached, content, key)

        return self._send(entry, send, lambda: done)

    def _place_of(self, file: AnswerFile, content: bytes) -> tuple[str, bool]:
        """The name that the file has or may take on the document, and whether it is there."""
        id = self.answer.document_id
        present: dict[str, list[Attached]] = {}
        for each in self.writer.attachments(self._kind, id):
            present.setdefault(each.name.casefold(), []).append(each)
        for name in names_for(file.name):
            namesakes = present.get(name.casefold(), [])
            if not namesakes:
                return name, False
            for each in namesakes:
                may_be_it = each.bytes == len(content)
                if may_be_it and self.writer.attachment(self._kind, id, each) == content:
                    return each.name, True
        raise AssertionError("names do not end")

    # --- note -------------------------------------------------------------------------------------

    def note(self, text: str) -> Entry:
        """Add the note to the document's history.

        Args:
            text: with the answer's marker in it.

        Raises:
            XeroError: what became of it is in the journal, or has to be looked up.
        """
        entry = self.journal.newest(self.answer, "note")
        if entry is not None and entry.state.is_over:
            return entry
        if entry is not None and self._is_noted():
            return self._end(entry, Outcome(StepState.DONE, entry.request))
        if entry is None or entry.state is StepState.PLANNED:
            entry = self._begin("note", entry.request if entry else {"text": text}, None)
        request, key, id = entry.request, entry.key, self.answer.document_id

        def send() -> None:
            self.writer.add_note(self._kind, id, request["text"], key)

        return self._send(entry, send, lambda: Outcome(StepState.DONE, request))

    def _is_noted(self) -> bool:
        notes = self.writer.notes(self._kind, self.answer.document_id)
        return any(marker(self.answer) in each for each in notes)

    # --- all of them ------------------------------------------------------------------------------

    @property
    def _kind(self) -> Writable:
        return WRITABLE[self.answer.document_type]

    def _send(
        self, entry: Entry, send: Callable[[], None], read_back: Callable[[], Outcome]
    ) -> Entry:
        try:
            send()
        except WriteRefused as refused:
            reason = " ".join(refused.reasons)
            return self._end(entry, Outcome(StepState.REFUSED, None, reason))
        except OutcomeUnknown as unknown:
            # The key is worn out: Xero would answer with the same failure for six minutes.
            self._end(entry, Outcome(StepState.PLANNED, None, unknown.what))
            raise
        return self._end(entry, read_back())

    def _begin(self, step: str, request: Facts, before: Facts | None) -> Entry:
        return self.journal.begin(self.answer, step, request, before, self.clock.now())

    def _skip(self, step: str, before: Facts | None, outcome: Outcome) -> Entry:
        return self.journal.skip(self.answer, step, before, outcome, self.clock.now())

    def _end(self, entry: Entry, outcome: Outcome) -> Entry:
        return self.journal.end(entry, outcome, self.clock.now())


def _outcome(wanted: Contents, now: Contents) -> Outcome:
    wrong = differences(wanted, now)
    if not wrong:
        return Outcome(StepState.DONE, _facts(now))
    return Outcome(
        StepState.FAILED,
        _facts(now),
        f"After the recoding, Xero shows {_listed(wrong)} of the transaction otherwise than was "
        "asked for: compare `before` and `after` in ops.writebacks, and correct it in Xero.",
    )


def _changed_meanwhile(changed: Sequence[str]) -> str:
    return (
        f"The transaction was changed in Xero since it was answered ({_listed(changed)}), so "
        "nothing was written: the client has to see it again."
    )


def _facts(contents: Contents) -> Facts:
    return contents.model_dump(mode="json")


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
