"""What keeps the console from starting, or from doing what it was asked to."""

from __future__ import annotations

from collections.abc import Sequence

from xero_pipeline.xero.errors import PermanentError

_SET_UP = (
    "Set XERO_CONSOLE_PASSWORD_HASH to what `xero-pipeline console password` prints, or "
    "XERO_CONSOLE_TRUSTED_HEADER and XERO_CONSOLE_TRUSTED_PROXY to your sign-in proxy's."
)


class SignInMissing(PermanentError):
    """Asked to listen to other machines, with nothing that keeps strangers out."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"The console does not listen on {host} without a sign-in: it shows your books.",
            _SET_UP,
        )


class AddressMissing(PermanentError):
    def __init__(self, host: str) -> None:
        super().__init__(
            f"The console does not listen on {host} without knowing its own address: a stranger's "
            "site could speak through your browser to it.",
            "Set XERO_CONSOLE_URL to what people type, https://console.firm.example.",
        )


class PasswordHashUnusable(PermanentError):
    def __init__(self) -> None:
        super().__init__(
            "XERO_CONSOLE_PASSWORD_HASH is not a hash that argon2 knows.",
            "Set it to what `xero-pipeline console password` prints; in a shell, within single "
            "quotes.",
        )


class ProxyMisconfigured(PermanentError):
    def __init__(self, reason: str) -> None:
        super().__init__(
            f"XERO_CONSOLE_TRUSTED_HEADER and XERO_CONSOLE_TRUSTED_PROXY cannot be used: {reason}.",
            "Set the first to the header's name, the second to the proxy's address or network, "
            "10.0.0.5 or 10.0.0.0/24.",
        )


class NoSuchConsent(PermanentError):
    """Another browser's, or long over."""

    def __init__(self) -> None:
        super().__init__(
            "This sign-in to Xero is not under way any more; nothing was saved.",
            "Begin again on the page of connections.",
        )


class ConsentDropped(PermanentError):
    def __init__(self) -> None:
        super().__init__(
            "You stopped, or nobody answered for ten minutes: nothing was connected.",
            "An organisation that you gave access to can be disconnected in Xero under "
            "Connected apps.",
        )


class SyncLost(PermanentError):
    def __init__(self, organisation: str) -> None:
        super().__init__(
            f"Nothing is known any more of how the sync of '{organisation}' goes.",
            "Look into Dagster's UI, or sync it again.",
        )


class SyncNotStarted(PermanentError):
    def __init__(self, organisation: str, reason: str) -> None:
        super().__init__(
            f"Dagster did not start the sync of '{organisation}': {reason}.",
            "Look into Dagster's UI, then try again.",
        )


class QuestionUnclear(PermanentError):
    """An address that was typed, or cut short."""

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(
            f"The address asks for something that cannot be: see {', '.join(fields)}.",
            "Days are written 2026-11-22; or begin again with the menu above.",
        )


class FiguresMissing(PermanentError):
    """Connected, but not in what was published."""

    def __init__(self, organisation: str) -> None:
        super().__init__(
            f"The figures of '{organisation}' are not published yet.",
            "Press Sync now on the page of connections.",
        )


class NoSuchClient(PermanentError):
    """Not a contact of these books, or one that was merged into another."""

    def __init__(self) -> None:
        super().__init__(
            "These books have no such client.",
            "Look for it on the page of signals; contacts that were merged have one page.",
        )
