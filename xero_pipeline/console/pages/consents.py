"""Connect Xero, and Reconnect: to Xero's consent page and back."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.connections import Purpose
from xero_pipeline.console.consents import Consent, Wish
from xero_pipeline.console.context import Console, console_of, field
from xero_pipeline.console.rendering import go_to, is_partial, page
from xero_pipeline.console.views.consents import ConnectView, consent_view

_HAS_ANSWERED = "from-xero"


def form(request: Request) -> Response:
    return page(request, "connections/connect.html", _connect_view(console_of(request)))


def connect(request: Request) -> Response:
    console = console_of(request)
    workspace, purpose = field(request, "workspace"), field(request, "purpose")
    if not workspace or purpose not in list(Purpose):
        problem = "Give the workspace a name, and say whose books it holds."
        view = replace(_connect_view(console), workspace=workspace, problem=problem)
        return page(request, "connections/connect.html", view, status=422)
    wish = Wish(workspace, Purpose(purpose), write_back=field(request, "write_back") == "yes")
    return _begin(request, wish)


def reconnect(request: Request) -> Response:
    connection = console_of(request).connections.find(request.path_params["key"])
    key = connection.organisation_key
    return _begin(request, Wish(connection.workspace, connection.purpose, reconnects=key))


def stage(request: Request) -> Response:
    """Where it stands; HTMX asks again and again, and is told nothing while nothing has changed."""
    consent = _consent(request)
    if is_partial(request) and request.query_params.get("seen") == consent.stage:
        return Response(status_code=204)
    has_answered = _HAS_ANSWERED in request.query_params
    template = "consent_card.html" if is_partial(request) else "consent.html"
    view = consent_view(consent, has_answered=has_answered)
    return page(request, f"connections/{template}", view)


def choose(request: Request) -> Response:
    consent = _consent(request)
    consent.choose(field(request, "organisation"))
    return _shown(consent)


def confirm(request: Request) -> Response:
    consent = _consent(request)
    consent.confirm()
    return _shown(consent)


def drop(request: Request) -> Response:
    consent = _consent(request)
    console_of(request).consents.drop(consent)
    return _shown(consent)


def _begin(request: Request, wish: Wish) -> Response:
    def return_to(consent: Consent) -> str:
        query = urlencode({_HAS_ANSWERED: "yes"})
        return f"{request.base_url}consents/{consent.id}?{query}"

    consents = console_of(request).consents
    return _shown(consents.begin(request.state.session.id, wish, return_to))


def _consent(request: Request) -> Consent:
    session = request.state.session.id
    return console_of(request).consents.find(request.path_params["id"], session)


def _shown(consent: Consent) -> Response:
    consent.wait()
    return go_to(f"/consents/{consent.id}")


def _connect_view(console: Console) -> ConnectView:
    names = {each.workspace for each in console.connections.connections()}
    return ConnectView(tuple(sorted(names)), console.connections.room_left())
