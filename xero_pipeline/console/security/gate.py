"""The one way in: every request passes here before a page sees it."""

from __future__ import annotations

from starlette.datastructures import FormData, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xero_pipeline.console.rendering import Refusal, error_page
from xero_pipeline.console.security import csrf
from xero_pipeline.console.security.access import Access
from xero_pipeline.console.security.sessions import Sessions

SIGN_IN = "/sign-in"
LARGEST_BODY = 30_000_000
"""Bytes of a request: some attachments of an answer; Xero takes 10 MB a file."""

_STATIC = "/static/"


class Gate:
    """Knows the session, lets nobody in who has to sign in, and refuses forged changes.

    Leaves for the pages in `request.state`: `session`, `person`, `csrf_token` and, when something
    is to be changed, `form`. A page that puts another `session` there changes the cookie.
    """

    def __init__(self, app: ASGIApp, *, access: Access, sessions: Sessions) -> None:
        self._app = app
        self._access = access
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_STATIC):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        known = self._sessions.read(request.cookies)
        session = known or self._sessions.begin()
        request.state.session = session
        request.state.person = self._access.person(request, session)
        request.state.csrf_token = self._sessions.csrf_token(session)
        request.state.form = FormData()

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and request.state.session != known:
                self._sessions.write(MutableHeaders(scope=message), request.state.session)
            await send(message)

        refused = await self._refusal(request)
        await (refused or self._app)(scope, receive, send_with_cookie)
        await request.close()

    async def _refusal(self, request: Request) -> Response | None:
        """In place of the page, when it may not be had."""
        if request.state.person is None and request.url.path != SIGN_IN:
            return self._to_sign_in(request)
        if request.method in csrf.SAFE_METHODS:
            return None
        if _too_large(request):
            return error_page(request, Refusal(413, "This is too large, so nothing was done."))
        form = await request.form(max_files=20, max_fields=20_000)
        request.state.form = form
        sent = request.headers.get(csrf.HEADER) or form.get(csrf.FIELD)
        token = sent if isinstance(sent, str) else ""
        sentence = csrf.refusal(request.headers, token, request.state.csrf_token)
        return error_page(request, Refusal(403, sentence)) if sentence else None

    def _to_sign_in(self, request: Request) -> Response:
        if self._access.proxy is not None:
            return error_page(request, Refusal(403, "Your sign-in service did not name you."))
        if "HX-Request" in request.headers:
            return Response(status_code=401, headers={"HX-Redirect": SIGN_IN})
        return RedirectResponse(SIGN_IN, 303)


def _too_large(request: Request) -> bool:
    """Also when it does not say how large it is, which browsers always do."""
    length = request.headers.get("content-length", "")
    return not length.isdecimal() or int(length) > LARGEST_BODY
