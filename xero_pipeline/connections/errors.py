"""What can go wrong on this side of Xero: home, key, and which organisation may go where."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xero_pipeline.xero.errors import PermanentError


class ConnectionsError(PermanentError):
    """A refusal or fault that a person can mend; `what` and `next_step` say how."""


class HomeUnusable(ConnectionsError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The pipeline's home cannot be used: {path} ({reason}).",
            "Give this user access to it, or set XERO_PIPELINE_HOME to another folder.",
        )


class StateUnusable(HomeUnusable):
    """As HomeUnusable, for state that does not lie in the home.

    Args:
        where: the database's URL without its password, or the setting that should hold it.
    """

    def __init__(self, where: str, reason: str) -> None:
        ConnectionsError.__init__(
            self,
            f"The state database cannot be used: {where} ({' '.join(reason.split())}).",
            "Start it, or correct XERO_PIPELINE_STATE_URL.",
        )


class SecretKeyUnusable(ConnectionsError):
    def __init__(self, where: str, reason: str) -> None:
        super().__init__(
            f"The key that encrypts tokens, from {where}, cannot be used: {reason}.",
            'Make one with: python -c "from cryptography.fernet import Fernet; '
            'print(Fernet.generate_key().decode())" and set XERO_PIPELINE_SECRET_KEY to it.',
        )


class WrongSecretKey(ConnectionsError):
    def __init__(self, where: str) -> None:
        super().__init__(
            f"The stored tokens were encrypted with another key than the one from {where}.",
            "Put the earlier key back (several may stand in XERO_PIPELINE_SECRET_KEY, separated "
            "by commas, the newest first), or connect every organisation again.",
        )


class NoNewKey(ConnectionsError):
    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where} holds a single key, so there is none to change to.",
            "Put a new one in front of it, separated by a comma, for every process; then run the "
            'command again. One is made with: python -c "from cryptography.fernet import Fernet; '
            'print(Fernet.generate_key().decode())"',
        )


class KeyIsBeingChanged(ConnectionsError):
    def __init__(self, where: str) -> None:
        super().__init__(
            f"Another process is changing the key in {where}; nothing was done here.",
            "Wait for it.",
        )


class PurposeMismatch(ConnectionsError):
    def __init__(self, workspace: str, is_for: str, asked_for: str) -> None:
        super().__init__(
            f"The workspace '{workspace}' is for {_BOOKS[is_for]}; "
            f"it cannot take {_BOOKS[asked_for]}.",
            f"Use --purpose {is_for}, or another name for the workspace.",
        )


class SecondAgencyOrganisation(ConnectionsError):
    def __init__(self, workspace: str, present: str, asked_for: str) -> None:
        super().__init__(
            f"The workspace '{workspace}' already reads the agency's books from '{present}'; "
            f"'{asked_for}' was not connected, because an agency workspace has one organisation.",
            f"Remove '{present}' first, or use another workspace for '{asked_for}'.",
        )


class AgencyNeverWrites(ConnectionsError):
    """Asked for when an agency's own books are connected."""

    def __init__(self) -> None:
        super().__init__(
            "An agency's own books are only ever read: answers of clients are written to clients' "
            "books. Nothing was connected.",
            "Leave --write-back out, or connect a client's books with --purpose client.",
        )


class MayNotWrite(ConnectionsError):
    """`is_client`: it is a client's books, without consent to writing."""

    def __init__(self, organisation: str, workspace: str, *, is_client: bool) -> None:
        if is_client:
            what = f"The consent for '{organisation}' covers reading only; nothing was written."
            step = (
                f'Sign in again: `xero-pipeline connect --workspace "{workspace}" --purpose client '
                "--write-back`; then approve the answer again."
            )
        else:
            what = f"'{organisation}' is the agency's own books, which are only ever read."
            step = "Enter it in Xero."
        super().__init__(what, step)


class InAnotherWorkspace(ConnectionsError):
    def __init__(self, organisation: str, workspace: str) -> None:
        super().__init__(
            f"The organisation '{organisation}' is already connected to the workspace "
            f"'{workspace}'.",
            "Use that workspace, or remove the organisation from it first.",
        )


class NoOrganisation(ConnectionsError):
    def __init__(self) -> None:
        super().__init__(
            "Xero's consent page gave access to no organisation.",
            "Run the command again and choose an organisation on the page; "
            "your Xero user needs the standard or adviser role there.",
        )


class UnknownOrganisation(ConnectionsError):
    def __init__(self, asked_for: str, offered: Sequence[str]) -> None:
        super().__init__(
            f"There is no organisation '{asked_for}' among those that were given access to: "
            f"{_listed(offered)}. Nothing was connected.",
            "Run the command again with one of these names, or choose the right organisation on "
            "Xero's page. An unwanted one can be disconnected in Xero under Connected apps.",
        )


class SeveralOfThatName(ConnectionsError):
    def __init__(self, asked_for: str) -> None:
        super().__init__(
            f"Several organisations are called '{asked_for}'. Nothing was connected.",
            "Run the command again with the organisation's id, or choose only one on Xero's page.",
        )


class NotConfirmed(ConnectionsError):
    def __init__(self, organisation: str) -> None:
        super().__init__(
            f"'{organisation}' was not confirmed, so nothing was connected.",
            "Run the command again and choose the right organisation. An unwanted one can be "
            "disconnected in Xero under Connected apps.",
        )


class WrongOrganisation(ConnectionsError):
    def __init__(self, expected: str, found: str) -> None:
        super().__init__(
            f"Xero answers for '{found}' where '{expected}' was connected; nothing was read.",
            f'Choose the right one: `xero-pipeline connections reconnect "{expected}"`. '
            "If it was a demo company that Xero reset, remove it and connect it anew.",
        )


class NotConnectedHere(ConnectionsError):
    def __init__(self, organisation: str, known: Sequence[str]) -> None:
        super().__init__(
            f"No organisation '{organisation}' is connected. Connected are: {_listed(known)}.",
            "Use one of these names or ids, or connect it with `xero-pipeline connect`.",
        )


class UnknownAccount(ConnectionsError):
    """`similar` are the accounts that may have been meant, "429 General Expenses"."""

    def __init__(self, wanted: str, several: Sequence[str], similar: Sequence[str] = ()) -> None:
        found = f"several accounts ({_listed(several)})" if several else "no active account"
        possible = f" Possible are: {_listed(similar)}." if similar and not several else ""
        super().__init__(
            f"There is {found} with the code or name '{wanted}'.{possible}",
            "`xero-pipeline connections accounts` shows them all; use a code.",
        )


class UnknownDocumentType(ConnectionsError):
    def __init__(self, wanted: str, possible: Sequence[str]) -> None:
        super().__init__(
            f"'{wanted}' is no type of Xero's that can be watched.",
            f"Possible are: {', '.join(possible)}.",
        )


class OtherOrganisationChosen(ConnectionsError):
    """On the consent page of a reconnect."""

    def __init__(self, wanted: str, chosen: Sequence[str]) -> None:
        super().__init__(
            f"'{wanted}' is to be reconnected, but on Xero's page {_listed(chosen)} was chosen. "
            "Nothing was changed.",
            f"Run the command again and choose '{wanted}'. If Xero does not offer it, the user who "
            "signed in is not in it or lacks the standard or adviser role. An unwanted one can be "
            "disconnected in Xero under Connected apps.",
        )


class AppLimitReached(ConnectionsError):
    """No answer came from the consent page, and the app has as many organisations as it may."""

    def __init__(self, connected: int, tier: str) -> None:
        super().__init__(
            f"Xero connected nothing: {connected} organisations are connected to this app, as many "
            f"as the tier {tier} allows.",
            "Remove one with `xero-pipeline connections remove`, or choose a higher tier at "
            "developer.xero.com and set XERO_TIER.",
        )


_BOOKS = {"agency": "the agency's own books", "client": "the books of clients"}


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names) or "none"
