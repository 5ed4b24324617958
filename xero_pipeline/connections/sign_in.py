"""One person signing in to Xero at a browser, from the address to the tokens."""

from __future__ import annotations

from collections.abc import Callable

from xero_pipeline.xero.callback import CallbackReceiver
from xero_pipeline.xero.oauth import XeroApp
from xero_pipeline.xero.tokens import TokenSet

CONSENT_SECONDS = 300.0


def sign_in(
    app: XeroApp,
    redirect_uri: str,
    open_browser: Callable[[str], None],
    seconds: float,
    *,
    write_back: bool = False,
    return_to: str | None = None,
) -> TokenSet:
    """Send the person to Xero and wait for the answer.

    Args:
        open_browser: gets the address to go to; returns at once.
        seconds: how long to wait for consent.
        write_back: ask to write answers of clients, too.
        return_to: the page to send the browser to afterwards.

    Raises:
        AppMisconfigured, CallbackUnavailable: before anybody is asked.
        ConsentDenied, ConsentTimedOut, StateMismatch, SignInExpired, XeroUnavailable
    """
    app.check_credentials()
    begun = app.authorise(write_back=write_back)
    with CallbackReceiver(redirect_uri, begun.state, return_to) as receiver:
        open_browser(begun.url)
        code = receiver.wait(seconds)
    return app.exchange(code, begun)
