"""The only place that sends changes to Xero's books: answers of clients, to clients' books.

Nobody gets a writer without a `WriteConsent`, and there is none for an agency's own books.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

import requests
import simplejson
from pydantic import SecretStr

from xero_pipeline.settings import Settings
from xero_pipeline.xero.answers import Asked
from xero_pipeline.xero.errors import (
    MalformedPage,
    OutcomeUnknown,
    WriteRefused,
    WritingNotAllowed,
    XeroError,
)
from xero_pipeline.xero.exchange import AccessTokens, Answer, Exchange
from xero_pipeline.xero.limits import Asker, OrganisationLimits
from xero_pipeline.xero.scopes import covers_writing
from xero_pipeline.xero.transport import Letter, WritingWire, repeating
from xero_pipeline.xero.writable import Writable

Document = dict[str, Any]
"""As Xero gives it in JSON; numbers are Decimal, with the digits that Xero wrote."""

_JSON = "application/json"
_FOUR_DECIMALS = {"unitdp": "4"}
"""Without it Xero rounds unit prices, and would be sent back rounded ones."""
_ATTACHMENTS = "accounting.attachments"
_KEY_TAKEN = b"is used with a different request"
"""Xero remembers the key with another body: what became of that one has to be looked up."""


@dataclass(frozen=True)
class WriteConsent:
    """That a client's organisation may be written to.

    Args:
        organisation_id: Xero's tenant id.
        organisation_name: for messages.
        is_client_book: False for an agency's own books.
        scopes: those that were consented to for this organisation.

    Raises:
        ValueError: there is no such consent for an agency's books, or for reading scopes.
    """

    organisation_id: str
    organisation_name: str
    is_client_book: bool
    scopes: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.is_client_book:
            raise ValueError("an agency's own books are only ever read")
        if not covers_writing(self.scopes):
            raise ValueError("these scopes do not cover writing")


@dataclass(frozen=True)
class Attached:
    """A file on a document in Xero; `bytes` is its length."""

    attachment_id: str
    name: str
    media_type: str
    bytes: int


class OrganisationWriter:
    """Changes documents of one client's organisation; leaving `with` ends its work.

    Every change carries a key. It is repeated with the same one where Xero did not answer, so
    that it happens once; where Xero failed in the middle, it is not repeated here.

    Args:
        consent: that it may be written to.
        access_token: gives valid access tokens.
        limits: the organisation's budgets; one object for all who ask for it.
        settings: where Xero is.
        asker: who wants it; schedules leave the last calls of a day to people.
        on_failure: told of every error before it is raised, but for refusals of a change.
    """

    def __init__(
        self,
        consent: WriteConsent,
        *,
        access_token: AccessTokens,
        limits: OrganisationLimits,
        settings: Settings,
        asker: Asker = Asker.PERSON,
        on_failure: Callable[[XeroError], None] | None = None,
    ) -> None:
        self.organisation_id = consent.organisation_id
        self.organisation_name = consent.organisation_name
        self._limits = limits
        self._on_failure = on_failure
        self._exchange = Exchange(
            organisation_id=consent.organisation_id,
            access_token=access_token,
            limits=limits,
            asker=asker,
        )
        self._writing = Exchange(
            organisation_id=consent.organisation_id,
            access_token=access_token,
            limits=limits,
            asker=asker,
            refusal=refusal,
        )
        self._wire = _wire_to(settings)
        self._repeating = repeating(limits.clock.sleep)

    def __enter__(self) -> OrganisationWriter:
        return self

    def __exit__(self, *error: object) -> None:
        self._limits.settle()
        self._wire.close()

    @property
    def calls(self) -> int:
        """Made so far, repeated ones too."""
        return self._exchange.usage.calls + self._writing.usage.calls

    # --- looking ----------------------------------------------------------------------------------

    def document(self, kind: Writable, document_id: str) -> Document:
        """A document with all its lines, as it is now.

        Raises:
            XeroError: any of errors.py.
        """
        path = f"{kind.path}/{document_id}"
        return self._only(kind, self._read(kind, path, kind.scope, _FOUR_DECIMALS))

    def notes(self, kind: Writable, document_id: str) -> list[str]:
        """What the history of a document says, each entry's details. Raises XeroError."""
        path = f"{kind.path}/{document_id}/History"
        records = self._list(kind, self._read(kind, path, kind.scope), "HistoryRecords")
        return [str(record.get("Details") or "") for record in records]

    def attachments(self, kind: Writable, document_id: str) -> list[Attached]:
        """The files on a document. Raises XeroError."""
        path = f"{kind.path}/{document_id}/Attachments"
        rows = self._list(kind, self._read(kind, path, _ATTACHMENTS), "Attachments")
        return [
            Attached(
                row["AttachmentID"],
                row["FileName"],
                row.get("MimeType", ""),
                int(row.get("ContentLength", -1)),
            )
            for row in rows
        ]

    def attachment(self, kind: Writable, document_id: str, file: Attached) -> bytes:
        """What is in a file. Raises XeroError."""
        path = f"{kind.path}/{document_id}/Attachments/{file.attachment_id}"
        headers = {"Accept": "*/*", "contentType": file.media_type}
        return self._read(kind, path, _ATTACHMENTS, headers=headers)

    # --- changing ---------------------------------------------------------------------------------

    def update(self, kind: Writable, document_id: str, change: Document, key: str) -> Document:
        """Change a document.

        Args:
            change: the fields to change, with all lines: Xero removes those that are left out.
            key: see the class.

        Returns:
            The document as Xero answers.

        Raises:
            WriteRefused, WritingNotAllowed, OutcomeUnknown, and any of errors.py.
        """
        letter = Letter(
            "POST", f"{kind.path}/{document_id}", as_json(change), _JSON, key, _FOUR_DECIMALS
        )
        return self._only(kind, self._write(kind, kind.scope, letter))

    def add_note(self, kind: Writable, document_id: str, text: str, key: str) -> None:
        """Add a note to the history of a document.

        Args:
            text: 2,500 characters at most.

        Raises:
            as `update`.
        """
        path = f"{kind.path}/{document_id}/History"
        body = as_json({"HistoryRecords": [{"Details": text}]})
        self._write(kind, kind.scope, Letter("PUT", path, body, _JSON, key))

    def attach(
        self, kind: Writable, document_id: str, file: Attached, content: bytes, key: str
    ) -> None:
        """Attach a file; one of the same name is replaced by Xero.

        Args:
            file: its id does not matter.

        Raises:
            as `update`.
        """
        # Without an encoded name Xero finds no resource, or another one.
        path = f"{kind.path}/{document_id}/Attachments/{quote(file.name, safe='')}"
        letter = Letter("PUT", path, content, file.media_type or "application/octet-stream", key)
        self._write(kind, _ATTACHMENTS, letter)

    # --- asking -----------------------------------------------------------------------------------

    def _read(
        self,
        kind: Writable,
        path: str,
        scope: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        def get(
            common: Mapping[str, str], token: SecretStr
        ) -> AbstractContextManager[requests.Response]:
            return self._wire.get(path, params or {}, {**common, **(headers or {})}, token)

        asked = Asked(self.organisation_name, _spoken(kind, path), f"{scope}.read")
        return self._heard(partial(self._exchange.answer, asked, get)).body

    def _write(self, kind: Writable, scope: str, letter: Letter) -> bytes:
        asked = Asked(self.organisation_name, _spoken(kind, letter.path), scope)
        return self._heard(
            partial(self._writing.answer, asked, partial(self._wire.send, letter))
        ).body

    def _heard(self, ask: Callable[[], Answer]) -> Answer:
        try:
            return self._repeating(ask)
        except (WriteRefused, WritingNotAllowed):
            raise
        except XeroError as error:
            if self._on_failure is not None:
                self._on_failure(error)
            raise

    def _only(self, kind: Writable, body: bytes) -> Document:
        return self._list(kind, body, kind.path)[0]

    def _list(self, kind: Writable, body: bytes, key: str) -> list[Document]:
        try:
            found: list[Document] = from_json(body)[key]
        except (ValueError, KeyError):
            reason = f"it holds no {key}"
            raise MalformedPage(self.organisation_name, kind.path, 1, reason) from None
        return found


def refusal(asked: Asked, answer: Answer) -> XeroError | None:
    """What an answer to a change means beyond what answers to questions mean."""
    if answer.status == 400 and _KEY_TAKEN in answer.body:
        return OutcomeUnknown(str(asked), answer.status)
    if answer.status == 400:
        return WriteRefused(asked.organisation, asked.endpoint, reasons(answer.body))
    if answer.status == 403 or (
        answer.status == 401 and b"AuthorizationUnsuccessful" in answer.body
    ):
        return WritingNotAllowed(asked.organisation, asked.endpoint, asked.scope)
    if answer.status >= 500 and answer.status != 503:
        return OutcomeUnknown(str(asked), answer.status)
    return None


def reasons(body: bytes) -> tuple[str, ...]:
    """Xero's sentences in a validation error, each once."""
    try:
        said = from_json(body)
    except ValueError:
        return ("no reason given.",)
    elements = said.get("Elements") or ()
    found = [error["Message"] for each in elements for error in each.get("ValidationErrors", ())]
    return tuple(dict.fromkeys(found)) or (str(said.get("Message") or "no reason given."),)


def as_json(value: object) -> bytes:
    """With the digits of every Decimal."""
    return simplejson.dumps(value, use_decimal=True, ensure_ascii=False).encode()


def from_json(body: bytes | str) -> Document:
    """With numbers as Decimal. Raises ValueError."""
    found = simplejson.loads(body, use_decimal=True)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _spoken(kind: Writable, path: str) -> str:
    """The catalogue's name of what is asked: calls are counted under it."""
    if path.count("/") > 1:
        return "attachments" if "/Attachments" in path else "history"
    return _NAMES[kind.path]


_NAMES = {
    "BankTransactions": "bank_transactions",
    "Invoices": "invoices",
    "CreditNotes": "credit_notes",
    "ManualJournals": "manual_journals",
}


def _wire_to(settings: Settings) -> WritingWire:
    root = str(settings.api_url).rstrip("/") + "/api.xro/2.0/"
    return WritingWire(root, settings.answer_seconds)
