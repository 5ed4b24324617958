"""What an answer looks like in Xero: the note in a document's history, and names of files. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from xero_pipeline.tasks.model import Answer

NOTE_CHARACTERS = 2500
"""Source: developer.xero.com/documentation/api/accounting/historyandnotes."""


def marker(answer: Answer) -> str:
    """What a note is found by: no two answers have the same."""
    return f"[task {answer.task_id[:8]}, answer {answer.answer_id}]"


def note(answer: Answer, refused: str = "") -> str:
    """The note: who answered, what, and who approved it.

    Args:
        refused: why the document itself was not changed; empty: it was, or nobody asked for it.
    """
    approved = f", approved by {answer.decided_by}" if answer.decided_by else ""
    parts = [f"Answer of {answer.answered_by}{approved}.", *_facts(answer), refused]
    text = " ".join(part for part in parts if part)
    room = NOTE_CHARACTERS - len(marker(answer)) - 1
    if len(text) > room:
        text = f"{text[: room - 1]}…"
    return f"{text} {marker(answer)}"


def names_for(name: str) -> Iterator[str]:
    """The name, then "receipt (2).pdf", "receipt (3).pdf" and so on."""
    yield name
    path = PurePath(name)
    number = 2
    while True:
        yield f"{path.stem} ({number}){path.suffix}"
        number += 1


def _facts(answer: Answer) -> Iterator[str]:
    if comment := answer.comment.strip():
        yield f'"{comment}"'
    if answer.account_code or answer.account_id:
        yield f"Account: {answer.account_code or answer.account_id}."
    for line in answer.lines or ():
        yield f"Line {line.line_number}: {line.account_code}."
    for each in answer.tracking:
        yield f"{each.category}: {each.option}."
    if answer.contact_name:
        yield f"Contact: {answer.contact_name}."
    if answer.files:
        yield f"Files: {', '.join(file.name for file in answer.files)}."
