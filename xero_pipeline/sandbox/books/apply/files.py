"""Files and notes on documents, and the history that Xero keeps of each document.

The history holds what happens to a document from its first edit, file or note on; that it was made
is left out, for nobody asks a history for it and most documents have none.
"""

from __future__ import annotations

from typing import Any

from xero_pipeline.sandbox import document_events as on_documents
from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books.errors import Refused
from xero_pipeline.sandbox.books.records import Records, Shelf

_Attachable = doc.Payable | doc.BankTransaction | doc.ManualJournal | doc.Contact


def attach(records: Records, event: on_documents.FileAttached) -> None:
    """Put a file on a document; one of the same name is replaced, and has another id."""
    document: _Attachable = shelf_of(records, event.kind)[event.document]
    attachment = doc.Attachment(
        records.guid("Attachment", event.key), event.file_name, event.mime_type, event.content
    )
    files = records.attachments.setdefault((event.kind, document.id), [])
    files[:] = [*_without(files, event.file_name), attachment]
    _show_files(records, event, document, has_files=True)
    details = f"Attached the file {event.file_name}"
    record = doc.HistoryRecord("Attached a file", event.at, details)
    write_history(records, event.kind, document.id, record)


def remove(records: Records, event: on_documents.FileRemoved) -> None:
    """Raises Refused when the document has no such file."""
    document: _Attachable = shelf_of(records, event.kind)[event.document]
    files = records.attachments.get((event.kind, document.id), [])
    left = _without(files, event.file_name)
    if len(left) == len(files):
        raise Refused(f"The {event.kind} {event.document} has no file {event.file_name}.")
    files[:] = left
    _show_files(records, event, document, has_files=bool(left))
    details = f"Deleted the file {event.file_name}"
    record = doc.HistoryRecord("Deleted an attachment", event.at, details)
    write_history(records, event.kind, document.id, record)


def add_note(records: Records, event: on_documents.NoteAdded) -> None:
    document: _Attachable = shelf_of(records, event.kind)[event.document]
    record = doc.HistoryRecord("Note", event.at, event.details, event.user)
    write_history(records, event.kind, document.id, record)


def write_history(records: Records, kind: str, document_id: str, record: doc.HistoryRecord) -> None:
    records.history.setdefault((kind, document_id), []).append(record)


def shelf_of(records: Records, kind: str) -> Shelf[Any]:
    """The documents of a kind that files and notes hang on."""
    shelves: dict[str, Shelf[Any]] = {
        "Invoice": records.invoices,
        "CreditNote": records.credit_notes,
        "BankTransaction": records.bank_transactions,
        "ManualJournal": records.manual_journals,
        "Contact": records.contacts,
    }
    return shelves[kind]


def _without(files: list[doc.Attachment], file_name: str) -> list[doc.Attachment]:
    return [file for file in files if file.file_name != file_name]


def _show_files(
    records: Records,
    event: on_documents.FileAttached | on_documents.FileRemoved,
    document: _Attachable,
    *,
    has_files: bool,
) -> None:
    """HasAttachments, also of the prepayment or overpayment that a bank transaction is."""
    document.has_attachments = has_files
    if event.is_announced:
        document.updated_at = event.at
    if isinstance(document, doc.BankTransaction) and document.credit:
        document.credit.has_attachments = has_files
        records.touch(document.credit, event.at if event.is_announced else None)
    if isinstance(document, doc.Payable):
        records.touch(document, None)
    else:
        shelf_of(records, event.kind).forget(document.key)
