"""Files and notes of documents over HTTP: `.../Attachments` and `.../History` of a document.

Source: Xero's OpenAPI file (accounting 16.1); traffic recorded in the cassettes of Xero's Python
SDK. A file cannot be removed here. Xero keeps a history of more kinds of documents than these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from starlette.responses import Response

from xero_pipeline.sandbox.api import errors
from xero_pipeline.sandbox.api.bodies import elements
from xero_pipeline.sandbox.api.catalogue import BY_PATH
from xero_pipeline.sandbox.api.exchange import Answer, Question, find, resource_of
from xero_pipeline.sandbox.contract import Attachment, Book, FileWrite, NoteWrite, Row
from xero_pipeline.sandbox.identity import scopes

_ANY_FILE = "application/octet-stream"


@dataclass(frozen=True)
class Document:
    """What files and notes hang on; `kind` is Xero's singular name."""

    kind: str
    id: str


def document_of_files(question: Question, book: Book) -> Document:
    """The document of a path. Raises ApiError without a scope for its files."""
    question.caller.require(_for_method(question, scopes.ATTACHMENTS))
    return _document(question, book)


def document_of_history(question: Question, book: Book) -> Document:
    """The document of a path. Raises ApiError without a scope for the document itself."""
    resource = resource_of(question, question.path[0])
    question.caller.require(_for_method(question, resource.scopes))
    return _document(question, book)


def file_list(question: Question, files: Sequence[Attachment]) -> Answer:
    collection, key = question.path[:2]
    rows: list[Row] = [
        {
            "AttachmentID": file.attachment_id,
            "FileName": file.file_name,
            "Url": f"{question.base_url}{collection}/{key}/Attachments/{quote(file.file_name)}",
            "MimeType": file.mime_type,
            "ContentLength": len(file.content),
        }
        for file in files
    ]
    return Answer.of_rows("Attachments", rows)


def content(files: Sequence[Attachment], name: str) -> Response:
    for file in files:
        if name.lower() in (file.attachment_id.lower(), file.file_name.lower()):
            return Response(file.content, media_type=file.mime_type)
    raise errors.not_found()


def file_to_write(question: Question, document: Document, body: bytes) -> FileWrite:
    """The file that is sent: its name in the path, its bytes as the body."""
    name = "/".join(question.path[3:])
    media_type = question.request.headers.get("content-type") or _ANY_FILE
    return FileWrite(document.kind, document.id, name, media_type, body)


def notes_to_write(document: Document, body: bytes) -> Sequence[NoteWrite]:
    return [
        NoteWrite(document.kind, document.id, str(note.get("Details") or ""))
        for note in elements(body, "HistoryRecords")
    ]


def _document(question: Question, book: Book) -> Document:
    resource = BY_PATH.get(question.path[0].lower())
    if resource is None or resource.attachable is None:
        raise errors.not_found()
    row = find(book, resource, question.path[1])
    return Document(resource.attachable, str(row[resource.id_field]))


def _for_method(question: Question, any_of: frozenset[str]) -> frozenset[str]:
    return any_of if question.request.method == "GET" else scopes.to_write(any_of)
