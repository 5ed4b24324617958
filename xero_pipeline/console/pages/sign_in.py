"""Signing in to the console, and out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from xero_pipeline.console.context import console_of, field
from xero_pipeline.console.rendering import page


@dataclass(frozen=True)
class SignInView:
    """The form.

    Attributes:
        name: as typed before.
        problem: why it did not work; empty the first time.
    """

    name: str = ""
    problem: str = ""


def form(request: Request) -> Response:
    if console_of(request).access.password_hash is None or request.state.person:
        return RedirectResponse("/", 303)
    return page(request, "sign_in/form.html", SignInView())


def sign_in(request: Request) -> Response:
    console = console_of(request)
    name, address = field(request, "name"), _address(request)
    if not name:
        return _again(request, SignInView(name, "Say who you are: it stands beside what you do."))
    wait = console.attempts.begin(address)
    if wait:
        return _again(request, SignInView(name, _patience(wait)), status=429)
    if not console.access.opens(str(request.state.form.get("password", ""))):
        return _again(request, SignInView(name, "That is not the password."), status=403)
    console.attempts.succeeded(address)
    request.state.session = console.sessions.begin(name[:100])
    return RedirectResponse("/", 303)


def sign_out(request: Request) -> Response:
    console = console_of(request)
    console.sessions.end(request.state.session)
    request.state.session = console.sessions.begin()
    return RedirectResponse("/sign-in", 303)


def _again(request: Request, view: SignInView, status: int = 422) -> Response:
    return page(request, "sign_in/form.html", view, status=status)


def _patience(wait: timedelta) -> str:
    seconds = int(wait.total_seconds()) + 1
    unit = "second" if seconds == 1 else "seconds"
    amount = f"{seconds} {unit}" if seconds < 120 else f"{seconds // 60} minutes"
    return f"Too many attempts. Try again in {amount}."


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
