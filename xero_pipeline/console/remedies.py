"""What a person can do on the pages about a failure.

Failures say themselves what to do next, some of them by the command that does it. Here the same is
said by the buttons and links that do it; `error.next_step` stands wherever it names no command.
"""

from __future__ import annotations

from collections.abc import Mapping

from xero_pipeline.connections import AgencyNeverWrites, Cause, Connection, MayNotWrite
from xero_pipeline.connections.errors import (
    AppLimitReached,
    NoOrganisation,
    NotConfirmed,
    NotConnectedHere,
    OtherOrganisationChosen,
    PurposeMismatch,
    SeveralOfThatName,
    UnknownAccount,
    UnknownOrganisation,
    WrongOrganisation,
)
from xero_pipeline.xero import XeroError
from xero_pipeline.xero.errors import (
    ConsentDenied,
    ConsentTimedOut,
    DemoCompanyReset,
    MissingScope,
    NeedsReconnect,
    OrganisationNotConnected,
    OrganisationRefuses,
    SignInExpired,
    StateMismatch,
    WritingNotAllowed,
)

_RECONNECT = "Press Reconnect on the page of connections."
_RENEW = (
    "Renew the subscription or the user's access in Xero, then press Check now on the page of "
    "connections."
)
_REPLACE = "Remove it on the page of connections, and connect the new one."
_ALLOW = "Allow the scope for the app at developer.xero.com, then press Reconnect."
_UNWANTED = (
    "An organisation that you gave access to can be disconnected in Xero under Connected apps."
)
_ALLOW_WRITING = (
    "Connect it again as a user who may edit in Xero, with \u201cWrite approved answers back\u201d "
    "ticked; then approve the answer again."
)


def remedy(error: XeroError) -> str:
    """A plain sentence: what to do about it on the pages."""
    for kinds, sentence in _BY_KIND:
        if isinstance(error, kinds):
            return sentence
    return error.next_step


def step_for(connection: Connection) -> str:
    """What to do about a connection's state, where pressing its button is not all."""
    return _BY_CAUSE.get(connection.status_cause, connection.next_step)


# The narrower class stands before the wider one.
_BY_KIND: tuple[tuple[type[XeroError] | tuple[type[XeroError], ...], str], ...] = (
    (OrganisationRefuses, _RENEW),
    (DemoCompanyReset, _REPLACE),
    ((NeedsReconnect, OrganisationNotConnected, WrongOrganisation), _RECONNECT),
    (MissingScope, _ALLOW),
    ((WritingNotAllowed, MayNotWrite), _ALLOW_WRITING),
    (AgencyNeverWrites, "Leave writing unticked, or choose that these are a client's books."),
    (PurposeMismatch, "Give the workspace another name, or choose the other kind of books."),
    (ConsentDenied, "Begin again and press Allow access at Xero."),
    (
        ConsentTimedOut,
        "Begin again and sign in to Xero. If Xero shows an error instead, compare XERO_CLIENT_ID, "
        "XERO_REDIRECT_URI and XERO_SCOPES with the app at developer.xero.com/app/manage.",
    ),
    (SignInExpired, "Begin again and sign in anew."),
    (StateMismatch, "Close other sign-ins to Xero and begin again; never re-use an old address."),
    (
        NoOrganisation,
        "Begin again and choose an organisation at Xero; your Xero user needs the standard or "
        "adviser role there.",
    ),
    (
        (UnknownOrganisation, SeveralOfThatName, NotConfirmed),
        f"Begin again and choose the right organisation at Xero. {_UNWANTED}",
    ),
    (
        OtherOrganisationChosen,
        "Begin again and choose it at Xero. If Xero does not offer it, the user who signed in is "
        f"not in it or lacks the standard or adviser role. {_UNWANTED}",
    ),
    (
        AppLimitReached,
        "Remove one on the page of connections, or choose a higher tier at developer.xero.com and "
        "set XERO_TIER.",
    ),
    (NotConnectedHere, "Choose one on the page of connections, or connect it."),
    (UnknownAccount, "Look for it in the list of accounts."),
)

_BY_CAUSE: Mapping[Cause, str] = {
    Cause.UNUSED: "Press Check now or Sync now: either renews it for 60 days.",
    Cause.SCOPE_MISSING: "Reconnect, and allow it at Xero.",
    Cause.ACCESS_REVOKED: "",
    Cause.CONSENT_EXPIRED: "",
    Cause.ORGANISATION_DISCONNECTED: "",
    Cause.WRONG_ORGANISATION: "If it was a demo company that Xero reset, remove it.",
    Cause.TRIAL_ENDED: "Renew the subscription or the user's access in Xero, then press Check now.",
    Cause.DEMO_COMPANY_RESET: "Remove it, and connect the new one.",
}
