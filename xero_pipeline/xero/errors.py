"""Everything that can go wrong with Xero, one class per cause.

    XeroError                      what happened, to which organisation, and what to do next
    ├── PermanentError             asking again changes nothing until a person has acted
    │   ├── AppMisconfigured         the client id, secret, redirect URI or scopes are wrong
    │   ├── CallbackUnavailable      the browser's answer cannot be received on this machine
    │   ├── ConsentDenied            the user pressed Cancel
    │   ├── ConsentTimedOut          nobody answered the consent page
    │   ├── SignInExpired            the authorisation code is too old or used
    │   ├── StateMismatch            the browser's answer belongs to another sign-in
    │   ├── NeedsReconnect           the refresh token is dead, and Xero does not say why
    │   │   └── ConsentExpired         it was not used for 60 days
    │   ├── OrganisationNotConnected the organisation let go of the app, or the user was removed
    │   │   ├── OrganisationRefuses    still connected, yet its books are closed: a trial ended
    │   │   └── DemoCompanyReset       Xero's demo company was replaced by a new one
    │   ├── MissingScope             the consent does not cover this endpoint
    │   ├── MissingPermission        the consenting user may not see this in Xero
    │   ├── RequestRefused           Xero does not understand the question
    │   ├── WriteRefused             Xero does not take a change, and says why
    │   └── WritingNotAllowed        the consent or the user's role does not cover writing
    ├── TransientError             the same call is expected to work later
    │   ├── XeroUnavailable          5xx, time-out, connection lost
    │   ├── OutcomeUnknown           a change was sent and failed at Xero: perhaps it was made
    │   ├── XeroMaintenance          the whole API is down for maintenance
    │   ├── OrganisationOffline      this organisation is being worked on; lasts minutes
    │   ├── MalformedPage            a truncated answer, or not the one that was asked for
    │   └── AccessTokenExpired       refreshed once; seen outside only when clocks disagree
    └── LimitError                 allowed again at `resume_at`
        ├── MinuteLimitReached
        ├── ConcurrentLimitReached
        ├── DailyLimitReached
        └── NotEnoughCalls           what is left of the day is not enough to finish: not begun

No message, argument or attribute here ever holds a token, an authorisation code or a secret.
"""

from __future__ import annotations

import copyreg
from collections.abc import Sequence
from datetime import datetime

_LATER = "Nothing is lost; the next run continues from here."


class PortableError(Exception):
    """One that another process can be told: it arrives with its words and attributes. Python alone
    would make it anew from its words, as if they were its arguments."""

    def __reduce__(self) -> tuple[object, ...]:
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class XeroError(PortableError):
    """Base of every failure that a person may meet.

    Attributes:
        what: a plain sentence: what happened, and to which organisation.
        next_step: a plain sentence: what to do about it.
    """

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(what, next_step)
        self.what = what
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.what} {self.next_step}"


class PermanentError(XeroError):
    """Asking again changes nothing until a person has acted."""


class TransientError(XeroError):
    """The same call is expected to work later."""


class LimitError(XeroError):
    """A limit is used up; `resume_at` (UTC) is when calls are allowed again."""

    def __init__(self, what: str, next_step: str, resume_at: datetime) -> None:
        super().__init__(what, next_step)
        self.resume_at = resume_at


class AppMisconfigured(PermanentError):
    """The app's settings do not fit what is registered at Xero."""


class CallbackUnavailable(PermanentError):
    """The redirect URI cannot be listened on."""


class ConsentDenied(PermanentError):
    def __init__(self) -> None:
        super().__init__(
            "Access was denied on Xero's consent page; nothing was connected.",
            "Run the command again and press Allow access.",
        )


class ConsentTimedOut(PermanentError):
    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"No answer came from Xero's consent page within {seconds:.0f} seconds.",
            "Run the command again, open the address it prints and sign in to Xero. If Xero shows "
            "an error instead, compare XERO_CLIENT_ID, XERO_REDIRECT_URI and XERO_SCOPES with the "
            "app at developer.xero.com/app/manage.",
        )


class SignInExpired(PermanentError):
    def __init__(self) -> None:
        super().__init__(
            "Xero did not accept the answer from its consent page: it is older than five minutes "
            "or was used before.",
            "Run the command again and sign in anew.",
        )


class StateMismatch(PermanentError):
    def __init__(self) -> None:
        super().__init__(
            "The browser brought back the answer to another sign-in (its state differs).",
            "Close other Xero sign-in tabs and run the command again; never re-use an old address.",
        )


class NeedsReconnect(PermanentError):
    """`invalid_grant`: Xero gives no reason, so the sentence names those there can be."""

    def __init__(self, organisation: str | None = None) -> None:
        super().__init__(
            f"Xero no longer accepts the sign-in for {_named(organisation)}: access was revoked in "
            "Xero, the user's password was changed or login closed, or another program used the "
            "same sign-in.",
            _reconnect(organisation),
        )


class ConsentExpired(NeedsReconnect):
    """`invalid_grant` for a refresh token older than 60 days."""

    def __init__(self, organisation: str | None = None) -> None:
        PermanentError.__init__(
            self,
            f"The sign-in for {_named(organisation)} was not used for 60 days, so Xero ended it.",
            _reconnect(organisation),
        )


class OrganisationNotConnected(PermanentError):
    """`status` is Xero's: 401 and 403 both occur."""

    def __init__(self, organisation: str | None = None, status: int = 403) -> None:
        super().__init__(
            f"Xero says that {_named(organisation)} is not connected to this app: somebody "
            "disconnected it in Xero, or the user who connected it was removed from it.",
            _reconnect(organisation),
        )
        self.status = status


class OrganisationRefuses(OrganisationNotConnected):
    """403 from an organisation that Xero lists as connected."""

    def __init__(self, organisation: str) -> None:
        PermanentError.__init__(
            self,
            f"Xero lists {_named(organisation)} as connected, but keeps its books closed: its "
            "trial or subscription ended, or the user who connected it lost access.",
            "Renew the subscription or the user's access in Xero, then: "
            f'`xero-pipeline connections check "{organisation}"`.',
        )
        self.status = 403


class DemoCompanyReset(OrganisationNotConnected):
    """Xero replaces a demo company every 28 days, or when its owner asks; the new one has new
    ids."""

    def __init__(self, organisation: str) -> None:
        PermanentError.__init__(
            self,
            f"Xero's demo company '{organisation}' is not connected any more: Xero resets demo "
            "companies every 28 days, and a reset one is a new organisation.",
            f'Remove it (`xero-pipeline connections remove "{organisation}"`) and connect the new '
            "one with `xero-pipeline connect`.",
        )
        self.status = 403


class MissingScope(PermanentError):
    def __init__(self, organisation: str, endpoint: str, scope: str, condition: str = "") -> None:
        also = f" It also needs {condition}." if condition else ""
        super().__init__(
            f"Xero does not let this connection read {endpoint} of {_named(organisation)}: "
            f"it needs the scope {scope}.{also}",
            f"Allow the scope for the app at developer.xero.com, then: {_reconnect(organisation)}",
        )
        self.endpoint = endpoint
        self.scope = scope
        self.condition = condition


class MissingPermission(PermanentError):
    def __init__(self, organisation: str, endpoint: str) -> None:
        super().__init__(
            f"The user who connected {_named(organisation)} may not see {endpoint} in Xero.",
            "Give that user the reports permission (or the adviser role) in Xero, "
            "or reconnect as a user who has it.",
        )
        self.endpoint = endpoint


class RequestRefused(PermanentError):
    def __init__(self, organisation: str, endpoint: str, status: int, reason: str) -> None:
        super().__init__(
            f"Xero refused to answer for {endpoint} of {_named(organisation)} "
            f"(HTTP {status}: {reason}).",
            "Check XERO_API_URL; if it is right, Xero's API has changed: please report it.",
        )


class WriteRefused(PermanentError):
    """A validation error.

    Attributes:
        reasons: Xero's own sentences.
    """

    def __init__(self, organisation: str, endpoint: str, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(
            f"Xero did not take the change to {endpoint} of {_named(organisation)}: "
            f"{' '.join(reasons)}",
            "Make the change in Xero.",
        )


class WritingNotAllowed(PermanentError):
    def __init__(self, organisation: str, endpoint: str, scope: str) -> None:
        super().__init__(
            f"Xero does not let this connection write {endpoint} of {_named(organisation)}: it "
            f"needs the scope {scope}, and a user who may edit there.",
            "Sign in again with `xero-pipeline connect --purpose client --write-back`, as a user "
            "who may edit in Xero; then approve the answer again.",
        )


class OutcomeUnknown(TransientError):
    """What Xero answers to a repeated call would be the same: it remembers failures, too."""

    def __init__(self, about: str, status: int) -> None:
        super().__init__(
            f"Xero failed while it wrote {about} (HTTP {status}); whether it did is not known.",
            "The next run looks first and goes on from there.",
        )


class XeroUnavailable(TransientError):
    def __init__(self, about: str, reason: str) -> None:
        super().__init__(f"Xero did not answer for {about} ({reason}).", _LATER)


class XeroMaintenance(TransientError):
    def __init__(self, organisation: str) -> None:
        super().__init__(
            f"Xero's API is offline for maintenance; {_named(organisation)} was not read.", _LATER
        )


class OrganisationOffline(TransientError):
    def __init__(self, organisation: str) -> None:
        super().__init__(
            f"Xero has taken {_named(organisation)} offline for the moment.",
            f"It usually lasts about five minutes. {_LATER}",
        )


class MalformedPage(TransientError):
    def __init__(self, organisation: str, endpoint: str, page: int, reason: str) -> None:
        super().__init__(
            f"Page {page} of {endpoint} of {_named(organisation)} cannot be used: {reason}.",
            "Nothing of it was kept. Run again; if it stays, ask Xero's support about this page.",
        )


class AccessTokenExpired(TransientError):
    def __init__(self, organisation: str) -> None:
        super().__init__(
            f"Xero calls the access token for {_named(organisation)} expired right after renewal.",
            "Check this machine's clock, then run again.",
        )


class MinuteLimitReached(LimitError):
    """`of_app`: the limit that all organisations share, not the organisation's own."""

    def __init__(self, organisation: str, resume_at: datetime, *, of_app: bool = False) -> None:
        super().__init__(
            f"Xero's limit of calls per minute is used up for {_named(organisation)}.",
            f"Calls are allowed again at {_instant(resume_at)}.",
            resume_at,
        )
        self.of_app = of_app


class ConcurrentLimitReached(LimitError):
    def __init__(self, organisation: str, resume_at: datetime) -> None:
        super().__init__(
            f"Too many calls at once for {_named(organisation)}.",
            "Another program is using the same Xero app; let it finish, then run again.",
            resume_at,
        )


class DailyLimitReached(LimitError):
    def __init__(self, organisation: str, resume_at: datetime) -> None:
        super().__init__(
            f"The day's calls for {_named(organisation)} are used up.",
            f"Calls are allowed again at {_instant(resume_at)}. {_LATER}",
            resume_at,
        )


class NotEnoughCalls(LimitError):
    """`needed` calls are more than the `left` ones; `kept` more are kept for people and alerts."""

    def __init__(
        self, organisation: str, needed: int, left: int, kept: int, resume_at: datetime
    ) -> None:
        others = f" ({kept} more are kept for people and alerts)" if kept else ""
        super().__init__(
            f"A sync of {_named(organisation)} needs about {needed} calls, and {left} are left "
            f"today{others}: it was not begun.",
            f"It goes on at {_instant(resume_at)}. With a higher tier, set XERO_TIER.",
            resume_at,
        )
        self.needed = needed
        self.left = left


def _named(organisation: str | None) -> str:
    return f"the organisation '{organisation}'" if organisation else "this organisation"


def _reconnect(organisation: str | None) -> str:
    name = f' "{organisation}"' if organisation else ""
    return f"Reconnect it: `xero-pipeline connections reconnect{name}`."


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
