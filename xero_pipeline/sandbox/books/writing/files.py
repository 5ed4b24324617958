"""Files and notes as clients send them. The wording of these refusals is the sandbox's own.

Source: developer.xero.com, Attachments (10 files, 10 MB, file names) and History (2,500 letters).
"""

from __future__ import annotations

import datetime as dt

from xero_pipeline.sandbox.books.apply.files import shelf_of
from xero_pipeline.sandbox.books.errors import Invalid
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.contract import FileWrite, NoteWrite
from xero_pipeline.sandbox.document_events import AttachableKind, FileAttached, NoteAdded

_MOST_FILES = 10
_MOST_BYTES = 10 * 1024 * 1024
_LONGEST_NOTE = 2500
_FORBIDDEN = frozenset('<>:"/\\|?*+\0')
_KINDS: dict[str, AttachableKind] = {
    "Invoice": "Invoice",
    "CreditNote": "CreditNote",
    "BankTransaction": "BankTransaction",
    "ManualJournal": "ManualJournal",
    "Contact": "Contact",
}


def attached(records: Records, write: FileWrite, at: dt.datetime) -> FileAttached:
    """Raises Invalid for a name, a size or a number of files that Xero does not take."""
    key = _key_of(records, write)
    if forbidden := sorted(_FORBIDDEN.intersection(write.file_name)):
        raise Invalid(f"The file name may not contain {' '.join(forbidden)}")
    if not write.content:
        raise Invalid("The file is empty.")
    if len(write.content) > _MOST_BYTES:
        raise Invalid("The file is larger than the maximum of 10 MB.")
    others = [
        file
        for file in records.attachments.get((write.kind, write.document_id), [])
        if file.file_name != write.file_name
    ]
    if len(others) >= _MOST_FILES:
        raise Invalid(f"A document can have {_MOST_FILES} attachments at most.")
    uploads = len(records.history.get((write.kind, write.document_id), [])) + 1
    return FileAttached(
        at=at,
        key=f"{key}/upload-{uploads}",
        kind=_KINDS[write.kind],
        document=key,
        file_name=write.file_name,
        mime_type=write.mime_type,
        content=write.content,
    )


def noted(records: Records, write: NoteWrite, at: dt.datetime) -> NoteAdded:
    """Raises Invalid for a note that is empty or too long."""
    if not write.details:
        raise Invalid("Details must be supplied.")
    if len(write.details) > _LONGEST_NOTE:
        raise Invalid(f"Details must not be longer than {_LONGEST_NOTE} characters.")
    key = _key_of(records, write)
    return NoteAdded(at, _KINDS[write.kind], key, write.details)


def _key_of(records: Records, write: FileWrite | NoteWrite) -> str:
    document = shelf_of(records, write.kind).find(write.document_id)
    if document is None:
        raise Invalid(f"There is no {write.kind} {write.document_id}")
    return str(document.key)
